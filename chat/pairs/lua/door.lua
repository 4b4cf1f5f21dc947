-- A user changed how the seat beside them is taken: their connection is told, and who is not to disturb asks no more.
-- ARGV: user, ask_first ('1' or '0'), do_not_disturb ('1' or '0')
-- RETURNS {}
-- Invariant: nothing of it is stored: the database says it to whoever joins.

local user, ask_first, do_not_disturb = unpack(ARGV)
if do_not_disturb == '1' then lapse_at(user, 'declined', 'partner_offline') end
tell(user, {type = 'door', door = {ask_first = ask_first == '1', do_not_disturb = do_not_disturb == '1'}})
return reply({user = user})
