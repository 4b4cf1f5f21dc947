-- A user is called something else from now on.
-- ARGV: user, name
-- RETURNS {}
-- Invariant: a pair that goes on keeps the names it was made with.

local user, name = unpack(ARGV)
if redis.call('EXISTS', user_key(user)) == 1 then redis.call('HSET', user_key(user), 'name', name) end
return reply({user = user})
