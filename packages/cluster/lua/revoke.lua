-- Raises a client's revocation floor; it never moves back. Drops what has done its work from the client's bucket, so that
-- floors of clients who never come back do not pile up.
--
-- KEYS[1]  route hash of the client's bucket
-- KEYS[2]  floor hash of the same bucket
-- ARGV[1]  clientId
-- ARGV[2]  tokens issued at or before this time (milliseconds since 1970) are refused
-- ARGV[3]  how old a token can be at most, in milliseconds; other clients' older floors are dropped
-- Returns the client's packed route, '' if there is none.
local client, floor = ARGV[1], tonumber(ARGV[2])
local oldest = tonumber(redis.call('TIME')[1]) * 1000 - tonumber(ARGV[3])
local floors = redis.call('HGETALL', KEYS[2])
for f = 1, #floors, 2 do
  local standing = tonumber(floors[f + 1])
  if floors[f] == client then
    floor = math.max(floor, standing)
  elseif standing < oldest then
    redis.call('HDEL', KEYS[2], floors[f])
  end
end
redis.call('HSET', KEYS[2], client, string.format('%.0f', floor))
return redis.call('HGET', KEYS[1], client) or ''
