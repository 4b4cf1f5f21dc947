-- A member has read a pair that is over to its end: their part in it is over, too.
-- ARGV: user, connection, pair
-- RETURNS {pair}
-- Invariant: a pair that lives, or that is read already, is left as it is.

local user, connection, pair = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
if field(user_key(user), 'pair') == pair and ended(pair) then
  redis.call('HDEL', user_key(user), 'pair')
  redis.call('ZREM', DUE, 'hold:' .. user)
  forget_if_empty(pair)
end
return reply({pair = pair})
