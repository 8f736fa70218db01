-- Says whether the routes of live sessions stand, and puts back those that are missing.
--
-- KEYS[2i-1]  route hash of the i-th client's bucket
-- KEYS[2i]    floor hash of the same bucket
-- ARGV[1]     how far the clocks of two nodes may be apart, in milliseconds
-- ARGV[4i-2]  clientId
-- ARGV[4i-1]  owner prefix 'nodeId|boot|conn|'
-- ARGV[4i]    rest of the packed route: 't|sinceMs', sinceMs in base 36
-- ARGV[4i+1]  when the token was issued, in milliseconds since 1970
-- Returns one word a client: 'standing', 'restored', 'replaced' or 'revoked'.
local function since(packed)
  return tonumber(string.match(packed, '|(%w+)$'), 36)
end

local results = {}
for i = 1, #KEYS / 2 do
  local routes, floors = KEYS[2 * i - 1], KEYS[2 * i]
  local client, owner, rest, issued = ARGV[4 * i - 2], ARGV[4 * i - 1], ARGV[4 * i], tonumber(ARGV[4 * i + 1])
  local standing = redis.call('HGET', routes, client)
  local isOwn = standing and string.sub(standing, 1, #owner) == owner
  -- A route of a login that was surely earlier has come back from a replica: nobody else would put it back for us.
  if standing and not isOwn and since(standing) + tonumber(ARGV[1]) >= since(rest) then
    results[i] = 'replaced'
  else
    local floor = tonumber(redis.call('HGET', floors, client))
    if floor and issued <= floor then
      results[i] = 'revoked'
    elseif isOwn then
      results[i] = 'standing'
    else
      redis.call('HSET', routes, client, owner .. rest)
      results[i] = 'restored'
    end
  end
end
return results
