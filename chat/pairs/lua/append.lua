-- Store messages in the logs of their pairs and publish them to the partners.
-- ARGV: ms per message, burst, messages and bytes that a log may hold; then for each message
--       user, connection, pair, n, text, seen (the last seq on this connection)
-- RETURNS for each {n, seq, sent_at, messages between `seen` and `seq`}, or a map {refused, expected}, {fenced} or {failed}
-- Invariant: a sender's n are stored once each and without a gap, and seq gives all messages of the pair one order.

local every, burst, log_messages, log_bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local sent_at = now()

-- Trim the oldest, whose place is `seq`: only what its reader has on screen, and what was taken back like any other.
-- Returns the bytes it made free, or nil where the sender has to wait.
local function trim(pair, seq)
  local key, from, its_n, freed = pair_key(pair), nil, nil, 0
  local oldest = redis.call('XRANGE', log_key(pair), seq .. '-0', seq .. '-0')[1]
  if oldest then
    from, its_n, freed = oldest[2][2], oldest[2][4], #oldest[2][6]
  else
    from, its_n = field(recalled_key(pair), seq):match('^(%a+) (%d+)')
  end
  if seq > number(key, other(from) .. '_received') then return nil end
  if oldest then redis.call('XDEL', log_key(pair), seq .. '-0') else redis.call('HDEL', recalled_key(pair), seq) end
  redis.call('HDEL', accepted_key(pair), from .. ':' .. its_n)
  redis.call('HSET', key, 'trimmed', seq)
  redis.call('HINCRBY', key, 'bytes', -freed)
  return freed
end

local FIELDS = {'seq', 'bytes', 'trimmed', 'host_n', 'guest_n'}

local function append(user, connection, pair, n, text, seen)
  local at, why = seated(user, connection, pair, FIELDS)
  if not at then return why end
  n, seen = tonumber(n), tonumber(seen)
  local role, last = at.role, at[at.role .. '_n']

  if n <= last then
    local before = field(accepted_key(pair), role .. ':' .. n)
    if not before then return refusal('out_of_order', last + 1) end
    local its_seq, its_sent_at = before:match('^(%d+) (%d+)$')
    return {n, tonumber(its_seq), tonumber(its_sent_at), {}}
  end
  if n > last + 1 then return refusal('out_of_order', last + 1) end
  if not within_limit('message:' .. user, every, burst) then return refusal('rate_limited') end

  local messages, bytes = at.seq - at.trimmed, at.bytes + #text
  while messages >= log_messages or bytes > log_bytes do
    local freed = trim(pair, at.trimmed + 1)
    if not freed then return refusal('rate_limited') end
    at.trimmed, messages, bytes = at.trimmed + 1, messages - 1, bytes - freed
  end

  local seq = at.seq + 1
  redis.call('XADD', log_key(pair), seq .. '-0', 'from', role, 'n', n, 'text', text, 'sent_at', sent_at)
  redis.call('HSET', accepted_key(pair), role .. ':' .. n, seq .. ' ' .. sent_at)
  redis.call('HSET', pair_key(pair), 'seq', seq, 'bytes', bytes, role .. '_n', n)
  if seq == 1 then keep(user, pair) end

  tell(at.partner, {
    type = 'message', pair = pair, seq = seq, n = n, mine = false, text = text, sent_at = sent_at,
  })
  return {n, seq, sent_at, seen < seq - 1 and entries(user, pair, seen + 1, seq - 1, 50) or {}}
end

return reply_to_each(5, 6, append)
