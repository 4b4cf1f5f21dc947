-- Do what is due: leases and holds that ran out, asks that nobody answered, the last word of `turned_away`.
-- ARGV: lease (ms), hold (ms), ms without any sweep that count as an outage, entries at the most
-- RETURNS {done}
-- Invariant: time in which no process reached Redis counts against nobody, for nobody could renew or come back.

local lease, hold, outage, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local moment = now()
local last = tonumber(redis.call('GET', 'tandem:swept') or moment)
redis.call('SET', 'tandem:swept', moment, 'PX', KEEP)
if moment - last > outage then
  for _, member in ipairs(redis.call('ZRANGE', DUE, 0, -1)) do redis.call('ZINCRBY', DUE, moment - last, member) end
end

-- The time to come back, or to read a pair that is over, has passed.
local function hold_ran_out(user)
  local key = user_key(user)
  if not field(key, 'connection') then return forget_user(user, 'timeout') end
  local pair = field(key, 'pair')
  if pair and ended(pair) then
    release(user, pair, ended(pair))
    forget_if_empty(pair)
  end
end

local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', moment, 'LIMIT', 0, most)
for _, member in ipairs(due) do
  redis.call('ZREM', DUE, member)
  local what, id = member:match('^([a-z_]+):(.*)$')
  if what == 'lease' then
    drop(id, hold - lease) -- held since the last sign of life, which was one lease ago
  elseif what == 'hold' then
    hold_ran_out(id)
  elseif what == 'ask' then
    lapse(id, 'expired', 'not_answered')
  elseif what == 'turned_away' then
    say_turned_away(id)
  end
end
return reply({done = #due})
