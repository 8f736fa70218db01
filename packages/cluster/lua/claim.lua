-- Claims routes for clients who have just signed in; the newest login wins, unless its token was revoked.
--
-- KEYS[2i-1]  route hash of the i-th client's bucket
-- KEYS[2i]    floor hash of the same bucket
-- ARGV[1]     how old a token can be at most, in milliseconds; an older floor has done its work and is dropped
-- ARGV[3i-1]  clientId
-- ARGV[3i]    packed route
-- ARGV[3i+1]  when the token was issued, in milliseconds since 1970
-- Returns one string a client: the packed route that was replaced, '' if there was none, 'revoked' if nothing was changed.
local results = {}
for i = 1, #KEYS / 2 do
  local routes, floors = KEYS[2 * i - 1], KEYS[2 * i]
  local client, packed, issued = ARGV[3 * i - 1], ARGV[3 * i], tonumber(ARGV[3 * i + 1])
  local floor = tonumber(redis.call('HGET', floors, client))
  if floor and issued <= floor then
    results[i] = 'revoked'
  else
    if floor and floor < tonumber(redis.call('TIME')[1]) * 1000 - tonumber(ARGV[1]) then
      redis.call('HDEL', floors, client)
    end
    results[i] = redis.call('HGET', routes, client) or ''
    redis.call('HSET', routes, client, packed)
  end
end
return results
