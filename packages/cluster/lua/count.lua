-- Counts the routes of some buckets.
--
-- KEYS[i]  route hash of a bucket
-- Returns the sum of their lengths.
local total = 0
for i = 1, #KEYS do
  total = total + redis.call('HLEN', KEYS[i])
end
return total
