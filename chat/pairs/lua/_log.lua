-- The log of a pair: reading it, finding a message in it, trimming it; after _shared.lua.

-- An entry of the log: its seq; from, n, text, sent_at, other_n and said_bytes, which are packed in one field as a list.
local function entry_seq(entry) return tonumber(entry[1]:match('^%d+')) end
local function unpack_entry(entry) return unpack(cmsgpack.unpack(entry[2][2])) end

-- The first message of the log from `seq` on: seq, from, n, text, sent_at, its sender's partner's count at that time, and the bytes
-- of all texts that were said in the pair before it.
local function message_at(pair, seq)
  local entry = redis.call('XRANGE', log_key(pair), seq .. '-0', '+', 'COUNT', 1)[1]
  if entry then return entry_seq(entry), unpack_entry(entry) end
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
    local at, from, n, text, sent_at = entry_seq(entry), unpack_entry(entry)
    put_recalled_up_to(at - 1)
    if #found == most or bytes >= ENOUGH_BYTES then return found end
    put(at, from, n, text, sent_at)
    seq = at + 1
  end
  put_recalled_up_to(last)
  return found
end

-- The bytes of the log's texts before `seq`, without reading them. Nothing where they have to be read one by one: where not all of
-- them are on both screens, something was taken back, or no entry at `seq` says it (the log ends before, or is of an earlier version).
local function bytes_before(pair, seq, seen, freed)
  if seen < seq - 1 or redis.call('EXISTS', recalled_key(pair)) == 1 then return end
  local at, _, _, _, _, _, said_bytes = message_at(pair, seq)
  return at == seq and said_bytes and said_bytes - freed
end

-- As `trim`, reading every message: who said it, whether it was seen by the other, how long its text is.
local function trim_one_by_one(pair, first, most, seen_of)
  local stored, count, bytes = {}, 0, 0
  for _, entry in ipairs(redis.call('XRANGE', log_key(pair), first .. '-0', (first + most - 1) .. '-0')) do
    stored[entry_seq(entry)] = entry
  end
  for seq = first, first + most - 1 do
    local from, _, text = '', 0, ''
    if stored[seq] then
      from, _, text = unpack_entry(stored[seq])
    else
      from = (field(recalled_key(pair), seq) or ''):match('^%a+')
    end
    if not from or seq > seen_of[from] then break end
    if not stored[seq] then redis.call('HDEL', recalled_key(pair), seq) end
    count, bytes = count + 1, bytes + #text
  end
  if count > 0 then redis.call('XTRIM', log_key(pair), 'MINID', first + count .. '-0') end
  return count, bytes
end

-- Trim the oldest messages, from the one whose place is `first` on and at most `most`: only what its reader has on screen, and what
-- was taken back like any other. Returns how many these are and the bytes they made free; 0 where the sender has to wait.
local function trim(pair, first, most)
  local host_received, guest_received, freed = unpack(
    redis.call('HMGET', pair_key(pair), 'host_received', 'guest_received', 'freed'))
  local seen_of = {host = tonumber(guest_received or 0), guest = tonumber(host_received or 0)}
  local bytes = bytes_before(pair, first + most, math.min(seen_of.host, seen_of.guest), tonumber(freed or 0))
  if bytes then
    redis.call('XTRIM', log_key(pair), 'MINID', first + most .. '-0')
    return most, bytes
  end
  return trim_one_by_one(pair, first, most, seen_of)
end
