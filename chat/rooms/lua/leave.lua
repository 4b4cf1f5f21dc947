-- A window goes out of the room for good: nothing of it lingers.
-- ARGV: room, user, connection
-- RETURNS {}
-- Invariant: somebody is said to have exited with their last window, and only then.

local room, user, connection = unpack(ARGV)
local _, was_last = take(room, user, connection)
local _, was_last_too = take(room, user, LINGERS)
if was_last or was_last_too then tell(room, 'exited', {tonumber(user)}) end
return reply({})
