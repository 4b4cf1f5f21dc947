-- Connections of one process prove that they live.
-- ARGV: lease (ms), then user and connection of each
-- RETURNS a list: {pair, seq, asking, asks} for each, or {fenced} for one that has lost its seat
-- Invariant: a connection that was replaced or ran out stays out.

local lease = table.remove(ARGV, 1)
local until_ = now() + lease
local answers = {}
for i = 1, #ARGV, 2 do
  local user, connection = ARGV[i], ARGV[i + 1]
  local key = user_key(user)
  local holder, pair, asking, asks = unpack(redis.call('HMGET', key, 'connection', 'pair', 'asking', 'asks'))
  if holder == connection then
    pair = pair or nil
    redis.call('ZADD', DUE, until_, 'lease:' .. user)
    keep(user, pair)
    table.insert(answers, {
      pair = pair or '', seq = pair and number(pair_key(pair), 'seq') or 0, asking = asking or '', asks = asks or '',
    })
  else
    table.insert(answers, {fenced = holder and 'replaced' or 'restarting'})
  end
end
return cmsgpack.pack(answers)
