-- Part two people of whom one blocked the other: their pair is over, and so is the other's ask.
-- ARGV: user, the one they blocked, ms for which a no holds
-- RETURNS {}
-- Invariant: the blocked one is told what anybody is told who was left or declined; that no other join succeeds is the
--            database's word.

local user, blocked, holds = unpack(ARGV)
local mine = living_pair(user)
if mine and mine == living_pair(blocked) then end_pair(mine, 'left') end
local ask = field(user_key(blocked), 'asking')
if ask and field(ask_key(ask), 'owner') == user then
  redis.call('SET', 'tandem:declined:' .. user .. ':' .. blocked, 1, 'PX', holds)
  lapse(ask, 'declined', 'declined')
end
return reply({user = user})
