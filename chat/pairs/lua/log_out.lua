-- A login is over: close its connection and free its seat at once.
-- ARGV: user, login ('' for every login of the user)
-- RETURNS {}
-- Invariant: a connection of another login of the same user is left alone.

local user, login = unpack(ARGV)
local key = user_key(user)
if login == '' or field(key, 'login') == login then
  tell(user, {type = 'closing', reason = 'logged_out'})
  forget_user(user, 'logged_out')
end
return reply({user = user})
