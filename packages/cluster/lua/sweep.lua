-- Deletes the routes of one dead life of a node from some buckets, and nothing else.
--
-- KEYS[i]  route hash of a bucket
-- ARGV[1]  owner prefix 'nodeId|boot|'
-- Returns how many routes were deleted.
local deleted = 0
for i = 1, #KEYS do
  local fields = redis.call('HGETALL', KEYS[i])
  for f = 1, #fields, 2 do
    if string.sub(fields[f + 1], 1, #ARGV[1]) == ARGV[1] then
      deleted = deleted + redis.call('HDEL', KEYS[i], fields[f])
    end
  end
end
return deleted
