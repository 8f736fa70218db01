-- Renews the lease of one life of a node, unless that life was declared dead.
--
-- KEYS[1]  lease of this life, JSON
-- KEYS[2]  set of the node's boots
-- KEYS[3]  mark of the dead for this boot
-- ARGV[1]  boot
-- ARGV[2]  the lease
-- ARGV[3]  how long it holds, in milliseconds
-- Returns 'kept'; 'forgotten' if the boot was not in the set; 'fenced' if it was declared dead and nothing was written.
if redis.call('EXISTS', KEYS[3]) == 1 then
  return 'fenced'
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return redis.call('SADD', KEYS[2], ARGV[1]) == 0 and 'kept' or 'forgotten'
