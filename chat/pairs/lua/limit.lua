-- Count one action against a limit.
-- ARGV: name, ms per action, burst
-- RETURNS {allowed}

return reply({allowed = within_limit(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))})
