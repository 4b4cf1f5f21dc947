-- Take the second seat beside the token's owner.
-- ARGV: user, connection, owner, id for a new pair, ms between two `turned_away`
-- RETURNS {pair} as the joiner sees it, or {refused}
-- Invariant: a pair has two seats and is made whole here, so no third can ever be in it, however many ask at once.

local user, connection, owner, new_pair, turned_away_every = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end
if owner == user then return refuse('own_token') end

local mine, theirs = living_pair(user), living_pair(owner)
if not theirs and not field(user_key(owner), 'connection') then return refuse('partner_offline') end
if mine and mine == theirs then return reply({pair = as_seen_by(user, mine)}) end
if mine then return refuse('already_paired') end

-- At most one `turned_away` in a while; the sweep says the last count where that left one unsaid.
local function turn_away(pair)
  redis.call('HINCRBY', pair_key(pair), 'turned_away', 1)
  local next_at = number(pair_key(pair), 'turned_away_at') + turned_away_every
  if now() < next_at then
    redis.call('ZADD', DUE, next_at, 'turned_away:' .. pair)
  else
    say_turned_away(pair)
  end
end

if theirs then
  turn_away(theirs)
  return refuse('room_full')
end

-- Whatever an earlier pair left unread is over with the new one.
for _, member in ipairs({user, owner}) do
  local over = field(user_key(member), 'pair')
  if over then
    release(member, over, ended(over))
    redis.call('ZREM', DUE, 'hold:' .. member)
    forget_if_empty(over)
  end
end

local key = pair_key(new_pair)
for role, member in pairs({host = owner, guest = user}) do
  local name = redis.call('HMGET', user_key(member), 'username', 'name')
  redis.call('HSET', key, role, member, role .. '_username', name[1], role .. '_name', name[2])
  redis.call('HSET', user_key(member), 'pair', new_pair)
end
keep(user, new_pair)
tell(owner, {type = 'joined', pair = as_seen_by(owner, new_pair)})
return reply({pair = as_seen_by(user, new_pair)})
