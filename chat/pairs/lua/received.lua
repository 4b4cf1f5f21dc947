-- Every message up to `seq` is on this member's screen; the partner is told how far that is.
-- ARGV: user, connection, pair, seq
-- RETURNS {} or {refused}
-- Invariant: what was delivered never shrinks and never passes the log's end.

local user, connection, pair, seq = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end
local why = not_in(user, pair)
if why then return refuse(why) end

local key, mine = pair_key(pair), role_of(pair, user) .. '_received'
seq = math.min(tonumber(seq), number(key, 'seq'))
if seq > number(key, mine) then
  redis.call('HSET', key, mine, seq)
  tell(partner_of(pair, user), {type = 'delivered', pair = pair, seq = seq})
end
return reply({seq = seq})
