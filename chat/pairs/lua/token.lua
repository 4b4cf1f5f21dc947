-- Tell a user's connection that their token was changed.
-- ARGV: user, token
-- RETURNS {}
-- Invariant: the pair goes on, and the token is not stored.

tell(ARGV[1], {type = 'token', token = ARGV[2]})
return reply({user = ARGV[1]})
