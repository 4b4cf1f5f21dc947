-- What every verb stands on; put before each of them. The keys are documented at the head of ../pairing.py.
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

-- Publish a frame to the connection that holds this user's seat, whose process is the part of its name up to the `!`.
-- Where a script does one verb for many (`reply_to_each`), what is for one process goes to it together.
local together
local function tell(user, frame)
  local connection = field(user_key(user), 'connection')
  if not connection then return end
  local process, event = connection:match('^[^!]*!'), {type = 'pair.frame', frame = frame}
  if not together then return publish(process, {connection, event}) end
  local events = together[process] or {}
  events[#events + 1], events[#events + 2] = connection, event
  together[process] = events
end

local function reply(answer) return cmsgpack.pack(answer) end
local function refusal(code, expected) return {refused = code, expected = expected} end
local function refuse(code) return reply(refusal(code)) end

-- One verb for several connections: `verb` gets `width` ARGV at a time, from the one numbered `first`. An error of Redis
-- is the answer to that one alone.
local function reply_to_each(first, width, verb)
  local answers = {}
  together = {}
  for i = first, #ARGV, width do
    local done, answer = pcall(verb, unpack(ARGV, i, i + width - 1))
    answers[#answers + 1] = done and answer or {failed = tostring(type(answer) == 'table' and answer.err or answer)}
  end
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
local function fenced(user, connection) return field(user_key(user), 'connection') ~= connection end
local function why_fenced(holder) return {fenced = holder and 'replaced' or 'restarting'} end
local function refuse_fenced(user) return reply(why_fenced(field(user_key(user), 'connection'))) end

-- Who speaks: their role in the pair, their partner, and the fields of the pair's record that are asked for, as a list.
-- Returns nil and the answer where the connection is out or the pair is not theirs.
local function speaker(user, connection, pair, ...)
  local holder, mine = unpack(redis.call('HMGET', user_key(user), 'connection', 'pair'))
  if holder ~= connection then return nil, why_fenced(holder) end
  if not mine then return nil, refusal('not_paired') end
  local values = redis.call('HMGET', pair_key(mine), 'host', 'guest', 'ended', ...)
  if not values[1] or values[3] then return nil, refusal('not_paired') end
  if mine ~= pair then return nil, refusal('wrong_pair') end
  if values[1] == user then return 'host', values[2], values end
  return 'guest', values[1], values
end

-- Why this user may not speak in this pair, or nil.
local function not_in(user, pair)
  local living = living_pair(user)
  if not living then return 'not_paired' end
  if living ~= pair then return 'wrong_pair' end
end

-- The first message of the log from `seq` on: seq, from, n, text, sent_at, and its sender's partner's count at that time.
local function message_at(pair, seq)
  local entry = redis.call('XRANGE', log_key(pair), seq .. '-0', '+', 'COUNT', 1)[1]
  if not entry then return nil end
  local fields = entry[2] -- a name before each value
  return tonumber(entry[1]:match('^%d+')), fields[2], tonumber(fields[4]), fields[6], tonumber(fields[8]), tonumber(fields[10])
end

-- Where this member's message `n` is, from `first` to `last`: its seq and sent_at, and whether it was taken back; nil where it
-- was trimmed. Every message has the counts of both members, which only grow, so halving finds the n in a few steps.
local function place_of(pair, role, n, first, last)
  while first < last do
    local middle = math.floor((first + last) / 2)
    local seq, from, its_n, _, _, other_n = message_at(pair, middle)
    if seq and (from == role and its_n or other_n) < n then first = seq + 1 else last = middle end
  end
  local seq, from, its_n, _, sent_at = message_at(pair, first)
  if seq and from == role and its_n == n then return seq, sent_at, false end
  local recalled = redis.call('HGETALL', recalled_key(pair))
  for i = 1, #recalled, 2 do
    local whose, which, when = recalled[i + 1]:match('^(%a+) (%d+) (%d+)$')
    if whose == role and tonumber(which) == n then return tonumber(recalled[i]), tonumber(when), true end
  end
end

-- Messages of the log from `first` to `last`, as `user` sees them: at most `most`, and no more once their texts have so many
-- bytes, for Redis keeps the answers to everybody until they are read. One that was taken back keeps its place.
local ENOUGH_BYTES = 64 * 1024
local function entries(user, pair, first, last, most)
  local found, mine, seq, bytes = {}, role_of(pair, user), first, 0
  local function put(at, from, n, text, sent_at, recalled)
    bytes = bytes + #text
    found[#found + 1] = {
      seq = at, n = tonumber(n), mine = from == mine, text = text, sent_at = tonumber(sent_at), recalled = recalled,
    }
  end
  -- What the log has not between two messages was taken back, or trimmed: then it is known no more.
  local function put_recalled_up_to(up_to)
    while seq <= up_to and #found < most do
      local one = field(recalled_key(pair), seq)
      if one then
        local from, n, sent_at = one:match('^(%a+) (%d+) (%d+)$')
        put(seq, from, n, '', sent_at, true)
      end
      seq = seq + 1
    end
  end
  first = math.max(first, number(pair_key(pair), 'trimmed') + 1)
  seq = first
  for _, entry in ipairs(redis.call('XRANGE', log_key(pair), first .. '-0', last .. '-0', 'COUNT', most)) do
    local fields, at = entry[2], tonumber(entry[1]:match('^%d+')) -- from, n, text, sent_at: a name before each value
    put_recalled_up_to(at - 1)
    if #found == most or bytes >= ENOUGH_BYTES then return found end
    put(at, fields[2], fields[4], fields[6], fields[8])
    seq = at + 1
  end
  put_recalled_up_to(last)
  return found
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
