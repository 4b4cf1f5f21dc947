-- Every message up to `seq` is on these members' screens; the partners are told how far that is.
-- ARGV: for each member user, connection, pair, seq
-- RETURNS for each {seq}, or a map {refused}, {fenced} or {failed}
-- Invariant: what was delivered never shrinks and never passes the log's end.

local function received(user, connection, pair, seq)
  local role, partner, at = speaker(user, connection, pair, 'seq', 'host_received', 'guest_received')
  if not role then return partner end
  local before = tonumber((role == 'host' and at[5] or at[6]) or 0)
  seq = math.min(tonumber(seq), tonumber(at[4] or 0))
  if seq > before then
    redis.call('HSET', pair_key(pair), role .. '_received', seq)
    tell(partner, {type = 'delivered', pair = pair, seq = seq})
  end
  return {seq}
end

return reply_to_each(1, 4, received)
