-- What this connection should know of asks: the one its user waits for, and those at their door.
-- ARGV: user, connection
-- RETURNS {asking = the id or '', asks = a list of {ask, person, seconds}}
-- Invariant: changes nothing.

local user, connection = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
local asks = {}
for i, ask in ipairs(asks_of(user)) do asks[i] = as_told(ask) end
return reply({asking = field(user_key(user), 'asking') or '', asks = asks})
