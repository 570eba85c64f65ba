-- Members below ARGV[1], newest first, or nil if the timeline is not there or being filled. It stays as long again.
-- KEYS: the timeline. ARGV: '+' or '(' and an id, limit, ttl (ms).
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('ZCOUNT', KEYS[1], 1, 1) > 0 then
  return false
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('ZREVRANGEBYLEX', KEYS[1], ARGV[1], '-', 'LIMIT', 0, ARGV[2])
