-- End the pair now, for both.
-- ARGV: user, connection, pair
-- RETURNS {} or {refused}
-- Invariant: a pair ends once; a late `leave` of a pair that is over changes nothing.

local user, connection, pair = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end
local why = not_in(user, pair)
if why then return refuse(why) end

end_pair(pair, 'left')
return reply({pair = pair})
