-- Every message up to `seq` is on these members' screens; the partners are told how far that is.
-- ARGV: what connections of the process that asks begin with; then for each member user, connection, pair, seq
-- RETURNS for each {seq, the partner's connection if it is to be told by who asks, otherwise ''}, or a map {refused}, {fenced} or
--         {failed}
-- Invariant: what was delivered never shrinks and never passes the log's end.

local here = ARGV[1]
local SEQ = 4 -- where it is in the record, and after it
local RECEIVED = {host = 5, guest = 6}

local function received(user, connection, pair, seq)
  local role, partner_connection, record = speaker(user, connection, pair, 'seq', 'host_received', 'guest_received')
  if not role then return partner_connection end
  local to_tell = ''
  seq = math.min(tonumber(seq), tonumber(record[SEQ] or 0))
  if seq > tonumber(record[RECEIVED[role]] or 0) then
    redis.call('HSET', pair_key(pair), role .. '_received', seq)
    record[RECEIVED[role]] = seq
    if partner_connection and is_of(partner_connection, here) then
      to_tell = partner_connection
    elseif partner_connection then
      send_event(partner_connection, {type = 'pair.delivered', pair = pair, seq = seq})
    end
  end
  return {seq, to_tell}
end

return reply_to_each(2, 4, received)
