-- Take the second seat beside the token's owner, or ask for it where the owner wants to be asked first.
-- ARGV: user, connection, owner, id for a new pair, ms between two `turned_away`, id for a new ask ('' to join at once),
--       ms until an ask expires, closed ('1' where the owner lets this user not in, or nobody), the invitation whose token
--       it was ('' for none), ms until that one expires (0 where it was used)
-- RETURNS {pair} as the joiner sees it and {used = {invitation, guest}} by which it was made, {asked = {ask, owner, seconds}}, or {refused}
-- Invariant: a pair has two seats and is made whole, so no third can ever be in it, however many ask at once.

local user, connection, owner, new_pair, turned_away_every, new_ask, ask_ms, closed, invitation, invitation_ms = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
if owner == user then return refuse('own_token') end

-- One ask at a time: another join takes its place, and the same one again finds it as it is.
local asking = field(user_key(user), 'asking')
local is_asking = asking and field(ask_key(asking), 'owner') == owner
if asking and not is_asking then lapse(asking, 'withdrawn', 'withdrawn') end

local mine, theirs = living_pair(user), living_pair(owner)
if mine and mine == theirs then return seated_answer(user, mine) end
local is_spent = invitation_ms == '0' or redis.call('EXISTS', invitation_key(invitation)) == 1
if invitation ~= '' and is_spent then return refuse('unknown_token') end
if not theirs and not field(user_key(owner), 'connection') then
  if is_asking then return reply({asked = as_asked(asking)}) end -- the owner's line is lost, and their door is held
  return refuse('partner_offline')
end

-- Who asks me for a seat has said yes to me already.
local theirs_to_me = field(user_key(owner), 'asking')
local is_wanted = theirs_to_me and field(ask_key(theirs_to_me), 'owner') == user
local was_declined = redis.call('EXISTS', 'tandem:declined:' .. owner .. ':' .. user) == 1

-- Behind a closed door nobody is at home: not a word of whether they are, or talk with somebody else (docs/decisions/0020).
if closed == '1' and not is_wanted then return refuse(was_declined and 'declined' or 'partner_offline') end
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

local function ask_first()
  if is_asking then return reply({asked = as_asked(asking)}) end
  if was_declined then return refuse('declined') end
  local asks = asks_of(owner)
  if #asks >= ASKS_AT_ONCE then return refuse('rate_limited') end
  local expires = now() + ask_ms
  redis.call('HSET', ask_key(new_ask), 'asker', user, 'owner', owner, 'expires', expires, 'invitation', invitation,
    'invitation_ms', invitation_ms)
  redis.call('PEXPIRE', ask_key(new_ask), KEEP)
  redis.call('ZADD', DUE, expires, 'ask:' .. new_ask)
  redis.call('HSET', user_key(user), 'asking', new_ask)
  asks[#asks + 1] = new_ask
  put_asks(owner, asks)
  ring(owner, new_ask)
  return reply({asked = as_asked(new_ask)})
end

if new_ask ~= '' and not is_wanted then return ask_first() end
if is_wanted then take_ask(theirs_to_me) end
if asking then take_ask(asking) end -- asking is switched off by now

make_pair(new_pair, owner, user, invitation, invitation_ms)
tell(owner, {type = 'joined', pair = as_seen_by(owner, new_pair)})
return seated_answer(user, new_pair)
