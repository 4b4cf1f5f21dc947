-- Every message up to `seq` is on these members' screens; the partners are told how far that is.
-- ARGV: for each member user, connection, pair, seq
-- RETURNS for each {seq}, or a map {refused}, {fenced} or {failed}
-- Invariant: what was delivered never shrinks and never passes the log's end.

local FIELDS = {'seq', 'host_received', 'guest_received'}

local function received(user, connection, pair, seq)
  local at, why = seated(user, connection, pair, FIELDS)
  if not at then return why end
  local mine = at.role .. '_received'
  seq = math.min(tonumber(seq), at.seq)
  if seq > at[mine] then
    redis.call('HSET', pair_key(pair), mine, seq)
    tell(at.partner, {type = 'delivered', pair = pair, seq = seq})
  end
  return {seq}
end

return reply_to_each(1, 4, received)
