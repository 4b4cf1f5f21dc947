-- Connections of one process prove that they live.
-- ARGV: lease (ms), then user and connection of each
-- RETURNS a list: {pair, seq, delivered, away, asking, asks} for each, or {fenced} for one that has lost its seat
-- Invariant: a connection that was replaced or ran out stays out.

-- What there is to know of the pair: the log's end, up to where the partner has this user's messages on screen, and for how many
-- seconds the partner's seat is still held; 0 where they are here.
local function add_pair(answer, user, pair)
  local host, guest, seq, by_host, by_guest, is_over = unpack(
    redis.call('HMGET', pair_key(pair), 'host', 'guest', 'seq', 'host_received', 'guest_received', 'ended'))
  local partner, received = host, by_host
  if host == user then partner, received = guest, by_guest end
  answer.pair, answer.seq, answer.delivered, answer.away = pair, tonumber(seq or 0), tonumber(received or 0), 0
  if partner and not is_over and not field(user_key(partner), 'connection') then
    local until_ = tonumber(redis.call('ZSCORE', DUE, 'hold:' .. partner) or 0)
    answer.away = math.max(1, math.ceil((until_ - now()) / 1000))
  end
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
    local answer = {asking = asking or '', asks = asks or ''}
    if pair then add_pair(answer, user, pair) end
    table.insert(answers, answer)
  else
    table.insert(answers, {fenced = holder and 'replaced' or 'restarting'})
  end
end
return cmsgpack.pack(answers)
