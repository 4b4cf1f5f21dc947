-- Store messages in the logs of their pairs and publish them to the partners of other processes.
-- ARGV: what connections of the process that asks begin with, ms per message, burst, messages and bytes that a log may hold, messages
--       that it may hold where the partner has not read them; then for each message user, connection, pair, n, text, seen (the
--       last seq on this connection)
-- RETURNS for each {n, seq, sent_at, messages between `seen` and `seq`, the partner's connection if it is to be told by who asks,
--         otherwise ''}, or a map {refused, expected}, {fenced} or {failed}
-- Invariant: a sender's n are stored once each and without a gap, and seq gives all messages of the pair one order.

local here, every, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local log_messages, log_bytes = tonumber(ARGV[4]), tonumber(ARGV[5])
local unread_messages = tonumber(ARGV[6])
local trim_at_once = math.max(1, math.floor(log_messages / 50)) -- one at a time would cost as much as the message
local MOST_ROUNDS = 10 -- of trimming for one message that has room
local sent_at = now()

local SEQ, TRIMMED, BYTES, FREED = 4, 5, 6, 7 -- where they are in the record
local N = {host = 8, guest = 9}
local NOTHING = {}
local grown = {} -- records of pairs whose logs have grown; each is written once, after its last message

local function append(user, connection, pair, n, text, seen)
  local role, partner_connection, record = speaker(
    user, connection, pair, 'seq', 'trimmed', 'bytes', 'freed', 'host_n', 'guest_n')
  if not role then return partner_connection end
  local seq, trimmed = tonumber(record[SEQ] or 0), tonumber(record[TRIMMED] or 0)
  local bytes, freed = tonumber(record[BYTES] or 0), tonumber(record[FREED] or 0)
  local last, other_n = tonumber(record[N[role]] or 0), tonumber(record[N[other(role)]] or 0)
  n, seen = tonumber(n), tonumber(seen)

  if n <= last and trimmed < seq then
    local its_seq, its_sent_at = place_of(pair, role, n, trimmed + 1, seq)
    if its_seq then return {n, its_seq, its_sent_at, NOTHING, ''} end
  end
  if n ~= last + 1 then return refusal('out_of_order', last + 1) end
  if not within_limit('message:' .. user, every, burst) then return refusal('rate_limited') end

  local rounds = 0
  while seq - trimmed >= log_messages or bytes + #text > log_bytes do
    local is_full = seq - trimmed >= unread_messages or bytes + #text > log_bytes
    -- Where it is not, it was tried not long ago, or the rest can wait for the next one.
    if not is_full and (seq % trim_at_once ~= 0 or rounds == MOST_ROUNDS) then break end
    rounds = rounds + 1
    local count, gone = trim(pair, trimmed + 1, trim_at_once)
    if count == 0 then
      if is_full then return refusal('rate_limited') end
      break
    end
    trimmed, bytes, freed = trimmed + count, bytes - gone, freed + gone
    redis.call('HSET', pair_key(pair), 'trimmed', trimmed, 'bytes', bytes, 'freed', freed)
    record[TRIMMED], record[BYTES], record[FREED] = trimmed, bytes, freed
  end

  local entry = cmsgpack.pack({role, n, text, sent_at, other_n, bytes + freed})
  seq, bytes = seq + 1, bytes + #text
  redis.call('XADD', log_key(pair), seq .. '-0', 'packed', entry)
  record[SEQ], record[BYTES], record[N[role]] = seq, bytes, n
  grown[pair] = record
  if seq == 1 then keep(user, pair) end

  local missed, to_tell = seen < seq - 1 and entries(user, pair, seen + 1, seq - 1, 50) or NOTHING, ''
  if partner_connection and is_of(partner_connection, here) then
    to_tell = partner_connection
  elseif partner_connection then
    send_event(partner_connection, {type = 'pair.message', said = {pair, seq, n, text, sent_at}})
  end
  return {n, seq, sent_at, missed, to_tell}
end

local function write()
  for pair, record in pairs(grown) do
    redis.call('HSET', pair_key(pair), 'seq', record[SEQ], 'bytes', record[BYTES],
      'host_n', record[N.host] or 0, 'guest_n', record[N.guest] or 0)
  end
end

return reply_to_each(7, 6, append, write)
