-- Declares one life of a node dead, unless it has a lease.
--
-- KEYS[1]  lease of this life
-- KEYS[2]  mark of the dead for it
-- ARGV[1]  how long the mark holds, in milliseconds
-- Returns 1 if it is declared dead, 0 if it has a lease and nothing was written.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('SET', KEYS[2], 'dead', 'PX', ARGV[1])
return 1
