-- Forget windows whose lease ran out, and those that dropped and did not come back.
-- ARGV: lease (ms), ms without any sweep that count as an outage, windows of one room at the most, then the rooms
-- RETURNS a list: {version, born} of each room, 0 where nothing is known of it
-- Invariant: somebody is said to have exited with their last window, and only then.

local lease, outage, most = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local answers = {}
for i = 4, #ARGV do
  sweep(ARGV[i], lease, outage, most)
  answers[#answers + 1] = {version = version_of(ARGV[i]), born = born_of(ARGV[i])}
end
return reply(answers)
