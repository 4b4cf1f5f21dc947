-- An ask is over: answered by its owner, or given up by its asker.
-- ARGV: ask, the user who says so, 'owner' or 'asker' (which of the two they have to be), ms for which a no holds (0 for none),
--       an id of this call, which may be sent twice
-- RETURNS {asker, owner}, or {over = true} where that ask is over already or not theirs
-- Invariant: an ask is answered once.

local ask, user, part, declined, call = unpack(ARGV)
local asker, owner, answered = unpack(redis.call('HMGET', ask_key(ask), 'asker', 'owner', 'answered'))
if not asker or (part == 'owner' and owner or asker) ~= user then return reply({over = true}) end
if answered and answered ~= call then return reply({over = true}) end
local between = asker .. ' ' .. owner
redis.call('HSET', ask_key(ask), 'answered', call)
if redis.call('GET', ask_key('between ' .. between)) == ask then redis.call('DEL', ask_key('between ' .. between)) end
if declined ~= '0' then redis.call('SET', ask_key('declined ' .. between), 1, 'PX', declined) end
return reply({asker = tonumber(asker), owner = tonumber(owner)})
