-- Completes a timeline that is being filled with this token. Returns 1 if it is.
-- KEYS: the timeline. ARGV: the token, ttl (ms), capacity, then ids.
local key = KEYS[1]
if not redis.call('ZSCORE', key, ARGV[1]) then
  return 0
end
for i = 4, #ARGV do
  redis.call('ZADD', key, 0, ARGV[i])
end
redis.call('ZREM', key, ARGV[1])
local extra = redis.call('ZCARD', key) - tonumber(ARGV[3])
if extra > 0 then
  redis.call('ZREMRANGEBYRANK', key, 0, extra - 1)
end
redis.call('PEXPIRE', key, ARGV[2])
return 1
