-- Reads one field of each hash: routes of clients, or their revocation floors.
--
-- KEYS[i]  hash of the i-th client's bucket
-- ARGV[i]  clientId
-- Returns one string a client: its value, '' where there is none.
local results = {}
for i = 1, #KEYS do
  results[i] = redis.call('HGET', KEYS[i], ARGV[i]) or ''
end
return results
