-- Let somebody in who asked for the seat beside this user.
-- ARGV: user, connection, ask, id for a new pair
-- RETURNS {pair} as the user sees it, or {refused}
-- Invariant: the seat is taken as by a join, and an ask is used once; the same `admit` again finds the pair that it made.

local user, connection, ask, new_pair = unpack(ARGV)
if fenced(user, connection) then return refuse_fenced(user) end

local mine = living_pair(user)
if mine and field(pair_key(mine), 'ask') == ask then return reply({pair = as_seen_by(user, mine)}) end
if field(ask_key(ask), 'owner') ~= user then return refuse('no_ask') end
if mine then return refuse('already_paired') end

local asker = take_ask(ask)
make_pair(new_pair, user, asker)
redis.call('HSET', pair_key(new_pair), 'ask', ask)
tell(asker, {type = 'joined', pair = as_seen_by(asker, new_pair)})
return reply({pair = as_seen_by(user, new_pair)})
