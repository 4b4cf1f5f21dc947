-- Take one's own ask back.
-- ARGV: user, connection
-- RETURNS {}
-- Invariant: changes nothing where there is none: it was answered meanwhile, and both have been told.

local user, connection = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
lapse_own(user, 'withdrawn', 'withdrawn')
return reply({user = user})
