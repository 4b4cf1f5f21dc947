-- Send away somebody who asked for the seat beside this user; asking again at once is answered the same.
-- ARGV: user, connection, ask, ms for which the answer holds
-- RETURNS {}
-- Invariant: only the owner declines; an ask that is over is left alone, for both have been told.

local user, connection, ask, holds = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
if field(ask_key(ask), 'owner') == user then
  redis.call('SET', 'tandem:declined:' .. user .. ':' .. field(ask_key(ask), 'asker'), 1, 'PX', holds)
  lapse(ask, 'declined', 'declined')
end
return reply({user = user})
