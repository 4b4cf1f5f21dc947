-- Read the log after `seq`, a piece at a time. Of a pair that is over, the last piece ends the member's part in it.
-- ARGV: user, connection, pair, seq, messages a piece
-- RETURNS {messages, seq = the log's end, complete, delivered = seq up to which the partner has it on screen,
--          ended = the reason once a pair that is over was read to its end} or {refused}
-- Invariant: `complete` is true only if no message after `seq` was trimmed.

local user, connection, pair, seq, most = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end
local mine = field(user_key(user), 'pair')
if not mine then return refuse('not_paired') end
if mine ~= pair then return refuse('wrong_pair') end
seq, most = tonumber(seq), tonumber(most)

local key = pair_key(pair)
local last_seq = number(key, 'seq')
local messages = seq < last_seq and entries(user, pair, seq + 1, last_seq, most) or {}
local answer = {
  messages = messages,
  seq = last_seq,
  complete = seq >= number(key, 'trimmed'),
  delivered = number(key, other(role_of(pair, user)) .. '_received'),
}
local last = messages[#messages]
if ended(pair) and (not last or last.seq >= answer.seq) then
  answer.ended = ended(pair)
  redis.call('HDEL', user_key(user), 'pair')
  redis.call('ZREM', DUE, 'hold:' .. user)
  forget_if_empty(pair)
end
return reply(answer)
