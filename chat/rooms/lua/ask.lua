-- Somebody asks another for a private pair.
-- ARGV: id for a new ask, asker, owner (users), ms until it is forgotten
-- RETURNS {ask}: the id of the ask, which is the same one where the same two have one already; '' where it was declined just now
-- Invariant: between the same two there is one ask at a time.

local new, asker, owner, expires = unpack(ARGV)
local between = asker .. ' ' .. owner
if redis.call('EXISTS', ask_key('declined ' .. between)) == 1 then return reply({ask = ''}) end
local standing = redis.call('GET', ask_key('between ' .. between))
if standing then return reply({ask = standing}) end
redis.call('SET', ask_key('between ' .. between), new, 'PX', expires)
redis.call('HSET', ask_key(new), 'asker', asker, 'owner', owner)
redis.call('PEXPIRE', ask_key(new), expires)
return reply({ask = new})
