-- A socket opened: this connection takes the user's seat, from whichever connection had it.
-- ARGV: user, connection, login, username, name, lease (ms)
-- RETURNS {pair = the pair whose seat was held for them, or nothing}
-- Invariant: a user has one connection; the one before is told `replaced` and fenced from here on.

local user, connection, login, username, name, lease = unpack(ARGV)
local key = user_key(user)

local was_here = field(key, 'connection')
if was_here and was_here ~= connection then
  lapse_own(user, 'withdrawn', 'withdrawn') -- the window that asked is gone
  tell(user, {type = 'closing', reason = 'replaced'})
end

redis.call('HSET', key, 'connection', connection, 'login', login, 'username', username, 'name', name)
redis.call('ZADD', DUE, now() + lease, 'lease:' .. user)

local pair = field(key, 'pair')
if pair and redis.call('EXISTS', pair_key(pair)) == 0 then
  redis.call('HDEL', key, 'pair')
  pair = nil
end
keep(user, pair)
for _, ask in ipairs(asks_of(user)) do ring(user, ask) end
if not pair then
  redis.call('ZREM', DUE, 'hold:' .. user)
  return reply({connection = connection})
end

occupy(pair, user, connection)
if not ended(pair) then
  redis.call('ZREM', DUE, 'hold:' .. user)
  if not was_here then tell(partner_of(pair, user), {type = 'back', pair = pair}) end
end
return reply({pair = as_seen_by(user, pair)})
