-- End the pair now, for both.
-- ARGV: user, connection, pair, id of this call
-- RETURNS {} or {refused}
-- Invariant: a pair ends once; a late `leave` of a pair that is over changes nothing. A call that is sent again, for its answer was
--            lost, is answered as it was.

local user, connection, pair, call = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
if field(user_key(user), 'left_by') == call then return reply({pair = pair}) end
local why = not_in(user, pair)
if why then return refuse(why) end

redis.call('HSET', user_key(user), 'left_by', call)
end_pair(pair, 'left')
return reply({pair = pair})
