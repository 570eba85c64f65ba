-- Begins to fill a timeline that is not there. Returns 1 if it was not.
-- KEYS: the timeline. ARGV: the token, how long it may take (ms).
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('ZADD', KEYS[1], 1, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
