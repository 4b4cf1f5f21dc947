-- A socket ended without `leave`: hold the seat of whoever is in a pair, forget whoever is not.
-- ARGV: user, connection, hold (ms)
-- RETURNS {}
-- Invariant: only the connection that has the seat can drop it.

local user, connection, hold = unpack(ARGV)
if not is_fenced(user, connection) then drop(user, hold) end
return reply({user = user})
