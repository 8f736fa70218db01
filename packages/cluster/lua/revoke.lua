-- Raises a client's revocation floor; it never moves back. Drops what has done its work from the client's bucket, so that
-- floors of clients who never come back do not pile up.
--
-- KEYS[1]  floor hash of the client's bucket
-- ARGV[1]  clientId
-- ARGV[2]  tokens issued at or before this time (milliseconds since 1970) are refused
-- ARGV[3]  how old a token can be at most, in milliseconds; other clients' older floors are dropped
-- Returns 1 if the floor moved, 0 if it already stood there or later.
local client, floor = ARGV[1], tonumber(ARGV[2])
local oldest = tonumber(redis.call('TIME')[1]) * 1000 - tonumber(ARGV[3])
local moved = 1
local floors = redis.call('HGETALL', KEYS[1])
for f = 1, #floors, 2 do
  local standing = tonumber(floors[f + 1])
  if floors[f] == client then
    if standing >= floor then
      moved = 0
    end
  elseif standing < oldest then
    redis.call('HDEL', KEYS[1], floors[f])
  end
end
if moved == 1 then
  redis.call('HSET', KEYS[1], client, ARGV[2])
end
return moved
