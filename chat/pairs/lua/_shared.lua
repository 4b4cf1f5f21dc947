-- What verbs share; ../../lua.py puts before each what it uses of this. The keys are documented at the head of ../pairing.py.
-- A verb runs whole or not at all, and the only clock is the server's, so no two processes can disagree.

local DUE = 'tandem:due'

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function user_key(user) return 'tandem:user:' .. user end
local function pair_key(pair) return 'tandem:pair:' .. pair end
local function log_key(pair) return 'tandem:pair:' .. pair .. ':log' end
local function recalled_key(pair) return 'tandem:pair:' .. pair .. ':recalled' end

local function field(key, name) return redis.call('HGET', key, name) or nil end
local function number(key, name) return tonumber(redis.call('HGET', key, name) or 0) end

-- Publish to one process, in the form of ../../realtime/layer.py: connections of it, each followed by its event.
local function publish(process, events) redis.call('PUBLISH', 'tandem:channel:' .. process, cmsgpack.pack(events)) end

-- Publish an event to a connection, whose process is the part of its name up to the `!`. Where a script does one verb for many
-- (`reply_to_each`), what is for one process goes to it together.
local together
local function send_event(connection, event)
  local process = connection:match('^[^!]*!')
  if not together then return publish(process, {connection, event}) end
  local events = together[process] or {}
  local last = #events
  events[last + 1], events[last + 2] = connection, event
  together[process] = events
end

-- Whether this connection is of the process `here`; '' is none. Whoever asked tells its own connections itself: they live and die
-- with it, so nothing is lost by it, and the way around by `publish` costs both sides.
local function is_of(connection, here) return here ~= '' and connection:sub(1, #here) == here end

-- Publish a frame to a connection.
local function tell_connection(connection, frame) send_event(connection, {type = 'pair.frame', frame = frame}) end

-- Publish a frame to the connection that holds this user's seat.
local function tell(user, frame)
  local connection = field(user_key(user), 'connection')
  if connection then tell_connection(connection, frame) end
end

local function reply(answer) return cmsgpack.pack(answer) end
local function refusal(code, expected) return {refused = code, expected = expected} end
local function refuse(code) return reply(refusal(code)) end

-- What such a script knows of the pairs it works on, by their id.
local records

-- One verb for several connections: `verb` gets `width` ARGV at a time, from the one numbered `first`. An error of Redis
-- is the answer to that one alone. `write`, if given, comes after the last and before anything is published.
local function reply_to_each(first, width, verb, write)
  local answers = {}
  together, records = {}, {}
  for i = first, #ARGV, width do
    local done, answer = pcall(verb, unpack(ARGV, i, i + width - 1))
    answers[#answers + 1] = done and answer or {failed = tostring(type(answer) == 'table' and answer.err or answer)}
  end
  if write then write() end
  for process, events in pairs(together) do publish(process, events) end
  return reply(answers)
end

local function other(role) return role == 'host' and 'guest' or 'host' end
local function role_of(pair, user) return field(pair_key(pair), 'host') == user and 'host' or 'guest' end
local function partner_of(pair, user) return field(pair_key(pair), other(role_of(pair, user))) end
local function ended(pair) return field(pair_key(pair), 'ended') end

-- The pair a user is in now; one that is over and only waits to be read does not count.
local function living_pair(user)
  local pair = field(user_key(user), 'pair')
  if pair and not ended(pair) then return pair end
end

-- The fence: only the connection that holds the seat may change anything.
local function is_fenced(user, connection) return field(user_key(user), 'connection') ~= connection end
local function why_fenced(holder) return {fenced = holder and 'replaced' or 'restarting'} end
local function refuse_fenced(user) return reply(why_fenced(field(user_key(user), 'connection'))) end

-- Why whoever speaks may not; nil where they may.
local function why_silent(user, connection, pair)
  local holder, mine = unpack(redis.call('HMGET', user_key(user), 'connection', 'pair'))
  if holder ~= connection then return why_fenced(holder) end
  if not mine or redis.call('HEXISTS', pair_key(mine), 'host') == 0 or ended(mine) then return refusal('not_paired') end
  if mine ~= pair then return refusal('wrong_pair') end
end

-- The pair's record has the connections of its members, so that nothing else has to be read for a message; '' is nobody's.
local function occupy(pair, user, connection)
  local host = field(pair_key(pair), 'host')
  if host then redis.call('HSET', pair_key(pair), (host == user and 'host' or 'guest') .. '_connection', connection) end
end

-- Who speaks: their role in the pair, their partner's connection if there is one, and what the pair's record says, as a list: three
-- fields of the fence, then those that are asked for. Returns nil and the answer where the connection is out or the pair is not
-- theirs. Where the record does not know the connection, the user's has the last word.
local CONNECTION = {host = 1, guest = 2} -- where they are in the record, and after them `ended`
local function speaker(user, connection, pair, ...)
  local record = records and records[pair]
    or redis.call('HMGET', pair_key(pair), 'host_connection', 'guest_connection', 'ended', ...)
  local role = record[CONNECTION.host] == connection and 'host' or record[CONNECTION.guest] == connection and 'guest'
  if not role or record[3] then
    local why = why_silent(user, connection, pair)
    if why then return nil, why end
    role = role_of(pair, user)
    if field(pair_key(pair), role) ~= user then return nil, refusal('not_paired') end
    occupy(pair, user, connection)
    record[CONNECTION[role]] = connection
  end
  if records then records[pair] = record end
  local partner_connection = record[CONNECTION[other(role)]]
  return role, partner_connection ~= '' and partner_connection, record
end

-- Why this user may not speak in this pair, or nil.
local function not_in(user, pair)
  local living = living_pair(user)
  if not living then return 'not_paired' end
  if living ~= pair then return 'wrong_pair' end
end

-- Keys outlive their users only by so much, whatever happens to every process at once.
local KEEP = 10 * 60 * 1000
local function keep(user, pair)
  redis.call('PEXPIRE', user_key(user), KEEP)
  if not pair then return end
  for _, key in ipairs({pair_key(pair), log_key(pair), recalled_key(pair)}) do redis.call('PEXPIRE', key, KEEP) end
end

-- Whether one more is within `burst` at once and one each `every` ms on average (GCRA, ITU-T I.371); every = 0: always.
local function within_limit(name, every, burst)
  if every == 0 then return true end
  local key, moment = 'tandem:limit:' .. name, now()
  local due = math.max(tonumber(redis.call('GET', key) or 0), moment)
  if due - moment > (burst - 1) * every then return false end
  redis.call('SET', key, due + every, 'PX', math.ceil(due + every - moment))
  return true
end
