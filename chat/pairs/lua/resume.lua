-- Read the log after `seq`, a piece at a time.
-- ARGV: user, connection, pair, seq, messages a piece
-- RETURNS {messages, seq = the log's end, complete, delivered = seq up to which the partner has it on screen,
--          ended = the reason, with the last piece of a pair that is over} or {refused}
-- Invariant: `complete` is true only if no message after `seq` was trimmed. Changes nothing: a pair that is over stays to be read until
--            `finish`, so that a piece whose answer is lost can be read again.

local user, connection, pair, seq, most = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end
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
end
return reply(answer)
