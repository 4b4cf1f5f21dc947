-- Take a message back that the partner has not had on screen yet.
-- ARGV: user, connection, pair, n
-- RETURNS {seq} or {refused, expected}
-- Invariant: its place in the order stays, its text is nowhere any more; what was delivered cannot be taken back.

local user, connection, pair, n = unpack(ARGV)
local role, partner_connection, at = speaker(
  user, connection, pair, 'seq', 'trimmed', 'bytes', 'host_n', 'guest_n', 'host_received', 'guest_received')
if not role then return reply(partner_connection) end
local is_host = role == 'host'
n = tonumber(n)
local last, received = tonumber(at[is_host and 7 or 8] or 0), tonumber(at[is_host and 10 or 9] or 0)
if n > last then return reply(refusal('out_of_order', last + 1)) end

local seq, sent_at, is_recalled = place_of(pair, role, n, tonumber(at[5] or 0) + 1, tonumber(at[4] or 0))
if not seq or seq <= received then return refuse('already_delivered') end
if is_recalled then return reply({seq = seq}) end

local _, _, _, text = message_at(pair, seq)
redis.call('XDEL', log_key(pair), seq .. '-0')
redis.call('HSET', recalled_key(pair), seq, role .. ' ' .. n .. ' ' .. sent_at)
redis.call('HINCRBY', pair_key(pair), 'bytes', -#text)
redis.call('HINCRBY', pair_key(pair), 'freed', #text)
keep(user, pair)
if partner_connection then
  tell_connection(partner_connection, {type = 'recalled', pair = pair, seq = seq, n = n, mine = false})
end
return reply({seq = seq})
