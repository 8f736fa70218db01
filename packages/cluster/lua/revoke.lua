-- Raises a client's revocation floor; it never moves back.
--
-- KEYS[1]  floor hash of the client's bucket
-- ARGV[1]  clientId
-- ARGV[2]  tokens issued at or before this time (milliseconds since 1970) are refused
-- Returns 1 if the floor moved, 0 if it already stood there or later.
local floor = tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
if floor and floor >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
