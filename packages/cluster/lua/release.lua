-- Deletes routes, each only if it is still that of the connection which gives it up.
--
-- KEYS[i]     route hash of the i-th client's bucket
-- ARGV[2i-1]  clientId
-- ARGV[2i]    owner prefix 'nodeId|boot|conn|'
-- Returns 1 or 0 a client: whether it was deleted.
local results = {}
for i = 1, #KEYS do
  local client, owner = ARGV[2 * i - 1], ARGV[2 * i]
  local packed = redis.call('HGET', KEYS[i], client)
  if packed and string.sub(packed, 1, #owner) == owner then
    results[i] = redis.call('HDEL', KEYS[i], client)
  else
    results[i] = 0
  end
end
return results
