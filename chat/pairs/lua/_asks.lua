-- Asks for a seat whose owner wants to be asked first; after _shared.lua, before _going.lua.
-- An ask is in three places at once: a key of its own, its asker's `asking`, and its owner's `asks` (ids, spaces between).

local ASKS_AT_ONCE = 8 -- at one door: more than that is no queue but a crowd

local function ask_key(ask) return 'tandem:ask:' .. ask end
local function asks_of(owner)
  local asks = {}
  for ask in (field(user_key(owner), 'asks') or ''):gmatch('%S+') do asks[#asks + 1] = ask end
  return asks
end

local function put_asks(owner, asks)
  if #asks > 0 then return redis.call('HSET', user_key(owner), 'asks', table.concat(asks, ' ')) end
  redis.call('HDEL', user_key(owner), 'asks')
end

local function seconds_left(ask)
  return math.max(0, math.ceil((number(ask_key(ask), 'expires') - now()) / 1000))
end

local function as_told(ask)
  local asker = field(ask_key(ask), 'asker')
  local name = redis.call('HMGET', user_key(asker), 'username', 'name')
  return {ask = ask, person = {username = name[1] or '', name = name[2] or ''}, seconds = seconds_left(ask)}
end

local function ring(owner, ask)
  local frame = as_told(ask)
  frame.type = 'ask'
  tell(owner, frame)
end

-- What the asker is told: whom they wait for, and how long.
local function as_asked(ask)
  local owner = redis.call('HMGET', user_key(field(ask_key(ask), 'owner')), 'username', 'name')
  return {ask = ask, owner = {username = owner[1] or '', name = owner[2] or ''}, seconds = seconds_left(ask)}
end

-- Take an ask out of all three places; returns its asker and its owner, or nothing where it was over already.
local function take_ask(ask)
  local asker, owner = unpack(redis.call('HMGET', ask_key(ask), 'asker', 'owner'))
  if not asker then return end
  redis.call('DEL', ask_key(ask))
  redis.call('ZREM', DUE, 'ask:' .. ask)
  if field(user_key(asker), 'asking') == ask then redis.call('HDEL', user_key(asker), 'asking') end
  local rest = {}
  for _, other in ipairs(asks_of(owner)) do
    if other ~= ask then rest[#rest + 1] = other end
  end
  put_asks(owner, rest)
  return asker, owner
end

-- An ask comes to nothing: its owner is told the reason, its asker the code that answers their join.
local function lapse(ask, reason, code)
  local asker, owner = take_ask(ask)
  if not asker then return end
  tell(owner, {type = 'lapsed', ask = ask, reason = reason})
  tell(asker, {type = 'refused', ask = ask, code = code})
end

local function lapse_own(user, reason, code)
  local ask = field(user_key(user), 'asking')
  if ask then lapse(ask, reason, code) end
end

local function lapse_at(owner, reason, code)
  for _, ask in ipairs(asks_of(owner)) do lapse(ask, reason, code) end
end
