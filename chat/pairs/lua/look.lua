-- What this connection should know: the pair its user is in.
-- ARGV: user, connection
-- RETURNS {pair}, without `pair` where there is none
-- Invariant: changes nothing.

local user, connection = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
local pair = living_pair(user)
return reply({connection = connection, pair = pair and as_seen_by(user, pair)})
