-- Tell a user's connection how the seat beside them is taken from now on.
-- ARGV: user, ask_first ('1' or '0')
-- RETURNS {}
-- Invariant: nothing of it is stored: the database says it to whoever joins.

local user, ask_first = unpack(ARGV)
tell(user, {type = 'door', door = {ask_first = ask_first == '1'}})
return reply({user = user})
