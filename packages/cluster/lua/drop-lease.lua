-- Takes a node's lease back if it is still that of this life of the node.
--
-- KEYS[1]  lease of the node, JSON with a field 'boot'
-- ARGV[1]  boot
-- Returns 1 if the lease was deleted, 0 if not.
local lease = redis.call('GET', KEYS[1])
if lease and cjson.decode(lease).boot == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
