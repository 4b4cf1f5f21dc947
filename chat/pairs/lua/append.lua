-- Store one message in the pair's log and publish it to the partner.
-- ARGV: user, connection, pair, n, text, seen (the last seq on this connection), ms per message, burst,
--       messages and bytes that a log may hold
-- RETURNS {n, seq, sent_at, missed = messages between `seen` and `seq`} or {refused, expected}
-- Invariant: a sender's n are stored once each and without a gap, and seq gives all messages of the pair one order.

local user, connection, pair, n, text, seen, every, burst, log_messages, log_bytes = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end
local why = not_in(user, pair)
if why then return refuse(why) end
n, seen = tonumber(n), tonumber(seen)

local key, log, accepted, role = pair_key(pair), log_key(pair), accepted_key(pair), role_of(pair, user)
local last = number(key, role .. '_n')

if n <= last then
  local before = field(accepted, role .. ':' .. n)
  if not before then return refuse('out_of_order', last + 1) end
  local seq, sent_at = before:match('^(%d+) (%d+)$')
  return reply({n = n, seq = tonumber(seq), sent_at = tonumber(sent_at), missed = {}})
end
if n > last + 1 then return refuse('out_of_order', last + 1) end
if not within_limit('message:' .. user, tonumber(every), tonumber(burst)) then return refuse('rate_limited') end

-- Only what its reader has on screen may be trimmed; where that is not enough, the sender has to wait.
local function trim_oldest()
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local seq, from, its_n, its_text = tonumber(oldest[1]:match('^%d+')), oldest[2][2], oldest[2][4], oldest[2][6]
  if seq > number(key, other(from) .. '_received') then return false end
  redis.call('XDEL', log, oldest[1])
  redis.call('HDEL', accepted, from .. ':' .. its_n)
  redis.call('HINCRBY', key, 'bytes', -#its_text)
  redis.call('HSET', key, 'trimmed', seq)
  return true
end

while redis.call('XLEN', log) >= tonumber(log_messages) or number(key, 'bytes') + #text > tonumber(log_bytes) do
  if not trim_oldest() then return refuse('rate_limited') end
end

local seq, sent_at = redis.call('HINCRBY', key, 'seq', 1), now()
redis.call('XADD', log, seq .. '-0', 'from', role, 'n', n, 'text', text, 'sent_at', sent_at)
redis.call('HSET', accepted, role .. ':' .. n, seq .. ' ' .. sent_at)
redis.call('HSET', key, role .. '_n', n)
redis.call('HINCRBY', key, 'bytes', #text)
if seq == 1 then keep(user, pair) end

tell(partner_of(pair, user), {
  type = 'message', pair = pair, seq = seq, n = n, mine = false, text = text, sent_at = sent_at,
})
local missed = seen < seq - 1 and entries(user, pair, seen + 1, (seq - 1) .. '-0', 50) or {}
return reply({n = n, seq = seq, sent_at = sent_at, missed = missed})
