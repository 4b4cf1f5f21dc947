-- Take a message back that the partner has not had on screen yet.
-- ARGV: user, connection, pair, n
-- RETURNS {seq} or {refused, expected}
-- Invariant: its place in the order stays, its text is nowhere any more; what was delivered cannot be taken back.

local user, connection, pair, n = unpack(ARGV)
local at, why = seated(user, connection, pair, {'bytes', 'host_n', 'guest_n', 'host_received', 'guest_received'})
if not at then return reply(why) end
n = tonumber(n)
local last = at[at.role .. '_n']
if n > last then return reply(refusal('out_of_order', last + 1)) end

local accepted = field(accepted_key(pair), at.role .. ':' .. n)
local seq = accepted and tonumber(accepted:match('^%d+'))
if not seq or seq <= at[other(at.role) .. '_received'] then return refuse('already_delivered') end
if field(recalled_key(pair), seq) then return reply({seq = seq}) end

local entry = redis.call('XRANGE', log_key(pair), seq .. '-0', seq .. '-0')[1][2]
redis.call('XDEL', log_key(pair), seq .. '-0')
redis.call('HSET', recalled_key(pair), seq, at.role .. ' ' .. n .. ' ' .. entry[8])
redis.call('HSET', pair_key(pair), 'bytes', at.bytes - #entry[6])
keep(user, pair)
tell(at.partner, {type = 'recalled', pair = pair, seq = seq, n = n, mine = false})
return reply({seq = seq})
