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
  local at, from, _, text = message_at(pair, seq)
  local was_recalled = at ~= seq
  if was_recalled then from, text = field(recalled_key(pair), seq):match('^%a+'), '' end
  if seq > number(pair_key(pair), other(from) .. '_received') then return nil end
  if was_recalled then redis.call('HDEL', recalled_key(pair), seq) else redis.call('XDEL', log_key(pair), seq .. '-0') end
  redis.call('HSET', pair_key(pair), 'trimmed', seq)
  redis.call('HINCRBY', pair_key(pair), 'bytes', -#text)
  return #text
end

local function append(user, connection, pair, n, text, seen)
  local role, partner, at = speaker(user, connection, pair, 'seq', 'trimmed', 'bytes', 'host_n', 'guest_n')
  if not role then return partner end
  local seq, trimmed, bytes = tonumber(at[4] or 0), tonumber(at[5] or 0), tonumber(at[6] or 0)
  local last, other_n = tonumber(at[7] or 0), at[8] or 0
  if role == 'guest' then last, other_n = tonumber(other_n), last end
  n, seen = tonumber(n), tonumber(seen)

  if n <= last and trimmed < seq then
    local its_seq, its_sent_at = place_of(pair, role, n, trimmed + 1, seq)
    if its_seq then return {n, its_seq, its_sent_at, {}} end
  end
  if n ~= last + 1 then return refusal('out_of_order', last + 1) end
  if not within_limit('message:' .. user, every, burst) then return refusal('rate_limited') end

  while seq - trimmed >= log_messages or bytes + #text > log_bytes do
    local freed = trim(pair, trimmed + 1)
    if not freed then return refusal('rate_limited') end
    trimmed, bytes = trimmed + 1, bytes - freed
  end

  seq = seq + 1
  redis.call('XADD', log_key(pair), seq .. '-0', 'from', role, 'n', n, 'text', text, 'sent_at', sent_at, 'other_n', other_n)
  redis.call('HSET', pair_key(pair), 'seq', seq, 'bytes', bytes + #text, role .. '_n', n)
  if seq == 1 then keep(user, pair) end

  tell(partner, {
    type = 'message', pair = pair, seq = seq, n = n, mine = false, text = text, sent_at = sent_at,
  })
  return {n, seq, sent_at, seen < seq - 1 and entries(user, pair, seen + 1, seq - 1, 50) or {}}
end

return reply_to_each(5, 6, append)
