-- Connections of one process prove that they live.
-- ARGV: lease (ms), then user and connection of each
-- RETURNS a list: {pair, seq, delivered, asking, asks} for each, or {fenced} for one that has lost its seat
-- Invariant: a connection that was replaced or ran out stays out.

-- The log's end, and up to where the partner has this user's messages on screen.
local function ends(user, pair)
  local key = pair_key(pair)
  return number(key, 'seq'), number(key, other(role_of(pair, user)) .. '_received')
end

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
    local answer = {pair = pair or '', asking = asking or '', asks = asks or ''}
    if pair then answer.seq, answer.delivered = ends(user, pair) end
    table.insert(answers, answer)
  else
    table.insert(answers, {fenced = holder and 'replaced' or 'restarting'})
  end
end
return cmsgpack.pack(answers)
