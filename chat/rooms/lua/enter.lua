-- A window opened in a room.
-- ARGV: room, user, connection, username, name, lease (ms), ms without any sweep that count as an outage
-- RETURNS {version, born}
-- Invariant: somebody is said to have entered with their first window, and only then.

local room, user, connection, username, name, lease, outage = unpack(ARGV)
be_born(room)
sweep(room, tonumber(lease), tonumber(outage), 100)
put(room, user, connection, now() + lease)
local record, person = cmsgpack.pack({username, name}), {{tonumber(user), username, name}}
local before = redis.call('HGET', people_key(room), user)
if before ~= record then
  redis.call('HSET', people_key(room), user, record)
  tell(room, before and 'renamed' or 'entered', person)
end
keep(room)
return reply({version = version_of(room), born = born_of(room)})
