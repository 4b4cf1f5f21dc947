-- What verbs share; ../../lua.py puts before each what it uses of this. The keys are documented at the head of ../presence.py.
-- A verb runs whole or not at all, and the only clock is the server's, so no two processes can disagree.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function windows_key(room) return 'tandem:room:' .. room .. ':windows' end
local function counts_key(room) return 'tandem:room:' .. room .. ':counts' end
local function people_key(room) return 'tandem:room:' .. room .. ':people' end
local function state_key(room) return 'tandem:room:' .. room .. ':state' end
local function ask_key(ask) return 'tandem:room:ask:' .. ask end

local function reply(answer) return cmsgpack.pack(answer) end

-- Keys outlive their room's people only by so much, whatever happens to every process at once.
local KEEP = 10 * 60 * 1000
local function keep(room)
  for _, key in ipairs({windows_key(room), counts_key(room), people_key(room), state_key(room)}) do
    redis.call('PEXPIRE', key, KEEP)
  end
end

-- How often who is here has changed, counted from the time (µs) at which the record began: another beginning says that all was
-- forgotten.
local function version_of(room) return tonumber(redis.call('HGET', state_key(room), 'version') or 0) end
local function born_of(room) return tonumber(redis.call('HGET', state_key(room), 'born') or 0) end
local function be_born(room)
  if redis.call('EXISTS', state_key(room)) == 1 then return end
  local time = redis.call('TIME')
  local moment = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('HSET', state_key(room), 'version', moment, 'born', moment, 'swept', now())
end

-- Publish to every process that listens to this room, in the form of ../../realtime/layer.py: None, and the event.
local TWO = string.char(0x92)
local function tell(room, what, people)
  local event = {type = 'room.presence', version = redis.call('HINCRBY', state_key(room), 'version', 1), born = born_of(room)}
  event[what] = people
  redis.call('PUBLISH', 'tandem:group:room.' .. room, TWO .. cmsgpack.pack(nil, event))
end

local function window_of(user, connection) return user .. ' ' .. connection end
local LINGERS = '-' -- stands for the windows of a user that dropped a moment ago

-- One window of this user less; true if it was the last one.
local function one_less(room, user)
  if redis.call('HINCRBY', counts_key(room), user, -1) > 0 then return false end
  redis.call('HDEL', counts_key(room), user)
  redis.call('HDEL', people_key(room), user)
  return true
end

-- A window opened, or is still open; true if it was not known.
local function put(room, user, connection, expires)
  if redis.call('ZADD', windows_key(room), expires, window_of(user, connection)) == 0 then return false end
  redis.call('HINCRBY', counts_key(room), user, 1)
  return true
end

-- Take away a window; true if it was known, and whether it was the last one.
local function take(room, user, connection)
  if redis.call('ZREM', windows_key(room), window_of(user, connection)) == 0 then return false, false end
  return true, one_less(room, user)
end

-- Forget the windows whose time is over, at most so many, and say who is gone. Time in which nobody swept counts against
-- nobody: Redis or every process was away, and nobody could renew.
local function sweep(room, lease, outage, most)
  local moment = now()
  local swept = tonumber(redis.call('HGET', state_key(room), 'swept') or moment)
  if redis.call('EXISTS', state_key(room)) == 1 then redis.call('HSET', state_key(room), 'swept', moment) end
  local due = redis.call('ZRANGEBYSCORE', windows_key(room), '-inf', moment, 'LIMIT', 0, most)
  local gone = {}
  for _, window in ipairs(due) do
    local user, connection = window:match('^(%d+) (.*)$')
    if moment - swept > outage and connection ~= LINGERS then
      redis.call('ZADD', windows_key(room), moment + lease, window)
    else
      local _, was_last = take(room, user, connection)
      if was_last then gone[#gone + 1] = tonumber(user) end
    end
  end
  if #gone > 0 then tell(room, 'exited', gone) end
end
