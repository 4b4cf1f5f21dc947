-- What the verbs of coming and going share; after _shared.lua and _asks.lua.

local function invitation_key(invitation) return 'tandem:invitation:' .. invitation end

local function as_seen_by(user, pair)
  local key, role = pair_key(pair), role_of(pair, user)
  local partner = field(key, other(role))
  return {
    id = pair,
    role = role,
    partner = {username = field(key, other(role) .. '_username'), name = field(key, other(role) .. '_name')},
    present = field(user_key(partner), 'pair') == pair and field(user_key(partner), 'connection') ~= nil,
    seq = number(key, 'seq'),
    n = number(key, role .. '_n'),
    ended = ended(pair),
  }
end

-- One member is out of the pair: told so if connected; otherwise the pair, marked as ended, waits to be read by them.
local function release(user, pair, reason)
  local key = user_key(user)
  if field(key, 'pair') ~= pair then return end
  if not field(key, 'connection') then
    redis.call('HSET', pair_key(pair), 'ended', reason)
    return
  end
  local delivered = number(pair_key(pair), other(role_of(pair, user)) .. '_received')
  redis.call('HDEL', key, 'pair')
  tell(user, {type = 'left', pair = pair, reason = reason, delivered = delivered})
end

-- A pair that no member is in any more leaves nothing behind.
local function forget_if_empty(pair)
  for _, role in ipairs({'host', 'guest'}) do
    local member = field(pair_key(pair), role)
    if member and field(user_key(member), 'pair') == pair then return end
  end
  redis.call('DEL', pair_key(pair), log_key(pair), recalled_key(pair))
  redis.call('ZREM', DUE, 'turned_away:' .. pair)
end

local function end_pair(pair, reason)
  local host, guest = field(pair_key(pair), 'host'), field(pair_key(pair), 'guest')
  release(host, pair, reason)
  release(guest, pair, reason)
  forget_if_empty(pair)
end

-- A user is gone for good: free the seat and forget them. The partner is told the reason.
local function forget_user(user, reason)
  local pair = field(user_key(user), 'pair')
  lapse_own(user, 'offline', 'unavailable')
  lapse_at(user, 'offline', 'partner_offline')
  redis.call('DEL', user_key(user))
  redis.call('ZREM', DUE, 'lease:' .. user, 'hold:' .. user)
  if not pair then return end
  if ended(pair) then forget_if_empty(pair) else end_pair(pair, reason) end
end

-- A connection is gone: hold the seat, and the door where somebody waits, for so many milliseconds and tell the partner.
local function drop(user, hold)
  local key = user_key(user)
  local pair = field(key, 'pair')
  if not pair and #asks_of(user) == 0 then return forget_user(user) end
  lapse_own(user, 'offline', 'unavailable') -- of a pair that is over, a seat may be held while somebody asks already
  redis.call('HDEL', key, 'connection')
  if pair then occupy(pair, user, '') end
  redis.call('ZREM', DUE, 'lease:' .. user)
  redis.call('ZADD', DUE, 'NX', now() + hold, 'hold:' .. user)
  if pair and not ended(pair) then
    tell(partner_of(pair, user), {type = 'away', pair = pair, seconds = math.ceil(hold / 1000)})
  end
end

local function say_turned_away(pair)
  local key = pair_key(pair)
  if redis.call('EXISTS', key) == 0 then return end
  redis.call('HSET', key, 'turned_away_at', now())
  redis.call('ZREM', DUE, 'turned_away:' .. pair) -- the last count is said
  for _, role in ipairs({'host', 'guest'}) do
    tell(field(key, role), {type = 'turned_away', pair = pair, count = number(key, 'turned_away')})
  end
end


-- Seat these two, of whom neither is in a pair. Whatever an earlier pair left unread, and whoever else asks, is over with it;
-- the invitation that the guest came by ('' for none) is used up.
local function make_pair(pair, owner, guest, invitation, invitation_ms)
  for _, member in ipairs({guest, owner}) do
    lapse_own(member, 'paired', 'already_paired')
    lapse_at(member, 'paired', 'room_full')
    local over = field(user_key(member), 'pair')
    if over then
      release(member, over, ended(over))
      redis.call('ZREM', DUE, 'hold:' .. member)
      forget_if_empty(over)
    end
  end
  local key = pair_key(pair)
  redis.call('HSET', key, 'host', owner, 'guest', guest, 'seq', 0)
  for role, member in pairs({host = owner, guest = guest}) do
    local username, name, connection = unpack(redis.call('HMGET', user_key(member), 'username', 'name', 'connection'))
    redis.call('HSET', key, role .. '_connection', connection or '', role .. '_username', username, role .. '_name', name)
    redis.call('HSET', user_key(member), 'pair', pair)
  end
  if invitation ~= '' then
    redis.call('SET', invitation_key(invitation), guest, 'PX', invitation_ms)
    redis.call('HSET', key, 'invitation', invitation)
  end
  keep(guest, pair)
end

-- A pair as the answer to who made it: with the invitation that was used for it, so that the database learns of it.
local function seated_answer(user, pair)
  local key, invitation = pair_key(pair), field(pair_key(pair), 'invitation')
  local used = invitation and {invitation = tonumber(invitation), guest = tonumber(field(key, 'guest'))}
  return reply({pair = as_seen_by(user, pair), used = used or nil})
end
