-- Somebody who is here is called by another name.
-- ARGV: room, user, name
-- RETURNS {}
-- Invariant: each change is told once, however many processes ask for it.

local room, user, name = unpack(ARGV)
local before = redis.call('HGET', people_key(room), user)
if not before then return reply({}) end
local username, old = unpack(cmsgpack.unpack(before))
if old == name then return reply({}) end
redis.call('HSET', people_key(room), user, cmsgpack.pack({username, name}))
tell(room, 'renamed', {{tonumber(user), username, name}})
return reply({})
