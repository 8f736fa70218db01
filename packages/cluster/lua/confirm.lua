-- Says whether the routes of live sessions stand, and puts back those that are missing.
--
-- KEYS[2i-1]  route hash of the i-th client's bucket
-- KEYS[2i]    floor hash of the same bucket
-- ARGV[4i-3]  clientId
-- ARGV[4i-2]  owner prefix 'nodeId|boot|conn|'
-- ARGV[4i-1]  rest of the packed route: 't|sinceMs', sinceMs in base 36
-- ARGV[4i]    when the token was issued, in milliseconds since 1970
-- Returns one string a client: 'standing', 'restored', 'revoked', or the packed route of another connection, which stands there.
local results = {}
for i = 1, #KEYS / 2 do
  local routes, floors = KEYS[2 * i - 1], KEYS[2 * i]
  local client, owner, rest, issued = ARGV[4 * i - 3], ARGV[4 * i - 2], ARGV[4 * i - 1], tonumber(ARGV[4 * i])
  local standing = redis.call('HGET', routes, client)
  if standing and string.sub(standing, 1, #owner) ~= owner then
    results[i] = standing
  else
    local floor = tonumber(redis.call('HGET', floors, client))
    if floor and issued <= floor then
      results[i] = 'revoked'
    elseif standing then
      results[i] = 'standing'
    else
      redis.call('HSET', routes, client, owner .. rest)
      results[i] = 'restored'
    end
  end
end
return results
