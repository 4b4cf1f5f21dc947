-- Windows of one process prove that they live.
-- ARGV: lease (ms), then room, user and connection of each
-- RETURNS a list of the places (1, 2, 3 …) of those that are not known: they have to enter again
-- Invariant: what ran out is not back by itself, because whoever it was has been said to have exited.

local until_ = now() + table.remove(ARGV, 1)
local unknown, rooms = {}, {}
for i = 1, #ARGV, 3 do
  local room, user, connection = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  rooms[room] = true
  local window = window_of(user, connection)
  if redis.call('ZSCORE', windows_key(room), window) then
    redis.call('ZADD', windows_key(room), until_, window)
  else
    unknown[#unknown + 1] = (i + 2) / 3
  end
end
for room in pairs(rooms) do keep(room) end
return reply(unknown)
