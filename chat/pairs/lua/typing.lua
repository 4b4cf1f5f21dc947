-- Pass on the hint that this member is typing, or stopped.
-- ARGV: user, connection, pair, active ('1' or '0')
-- RETURNS {} or {refused}
-- Invariant: nothing is stored.

local user, connection, pair, active = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
local why = not_in(user, pair)
if why then return refuse(why) end

tell(partner_of(pair, user), {type = 'typing', pair = pair, active = active == '1'})
return reply({pair = pair})
