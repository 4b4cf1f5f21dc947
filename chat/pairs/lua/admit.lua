-- Let somebody in who asked for the seat beside this user.
-- ARGV: user, connection, ask, id for a new pair
-- RETURNS {pair} as the user sees it and {used = {invitation, guest}} by which it was asked for, or {refused}
-- Invariant: the seat is taken as by a join, and an ask is used once; the same `admit` again finds the pair that it made.

local user, connection, ask, new_pair = unpack(ARGV)
if is_fenced(user, connection) then return refuse_fenced(user) end

local mine = living_pair(user)
if mine and field(pair_key(mine), 'ask') == ask then return seated_answer(user, mine) end
if field(ask_key(ask), 'owner') ~= user then return refuse('no_ask') end
if mine then return refuse('already_paired') end

local invitation, invitation_ms = unpack(redis.call('HMGET', ask_key(ask), 'invitation', 'invitation_ms'))
make_pair(new_pair, user, take_ask(ask), invitation, invitation_ms)
redis.call('HSET', pair_key(new_pair), 'ask', ask)
local asker = field(pair_key(new_pair), 'guest')
tell(asker, {type = 'joined', pair = as_seen_by(asker, new_pair)})
return seated_answer(user, new_pair)
