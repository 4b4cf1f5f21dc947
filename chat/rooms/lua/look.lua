-- Who is here?
-- ARGV: room, lease (ms), ms without any sweep that count as an outage
-- RETURNS {version, born, people = a list of {user, username, name}}
-- Invariant: nobody whose time is over is in the list.

local room, lease, outage = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
be_born(room)
sweep(room, lease, outage, 1000)
local people, fields = {}, redis.call('HGETALL', people_key(room))
for i = 1, #fields, 2 do
  local names = cmsgpack.unpack(fields[i + 1])
  people[#people + 1] = {tonumber(fields[i]), names[1], names[2]}
end
keep(room)
return reply({version = version_of(room), born = born_of(room), people = people})
