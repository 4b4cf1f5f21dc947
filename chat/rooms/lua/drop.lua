-- A window is gone, perhaps to come back at once: its user stays for a moment longer.
-- ARGV: room, user, connection, grace (ms)
-- RETURNS {}
-- Invariant: only a window that is known can drop, so one that left stays away.

local room, user, connection, grace = unpack(ARGV)
if redis.call('ZSCORE', windows_key(room), window_of(user, connection)) then
  put(room, user, LINGERS, now() + grace)
  take(room, user, connection)
end
return reply({})
