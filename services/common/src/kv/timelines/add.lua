-- Adds to a timeline that is there or being filled. An id that is older than all of one that is there is left out: what
-- is between the two only SQL knows. Ranks tell what is older: Lua compares by the server's locale.
-- KEYS: the timeline. ARGV: capacity, then ids.
local key = KEYS[1]
if redis.call('EXISTS', key) == 0 then
  return 0
end
local filling = redis.call('ZCOUNT', key, 1, 1)
for i = 2, #ARGV do
  local added = redis.call('ZADD', key, 'NX', 0, ARGV[i])
  if added == 1 and filling == 0 and redis.call('ZRANK', key, ARGV[i]) == 0 then
    redis.call('ZREM', key, ARGV[i])
  end
end
local extra = redis.call('ZCARD', key) - filling - tonumber(ARGV[1])
if extra > 0 then
  redis.call('ZREMRANGEBYRANK', key, 0, extra - 1)
end
return 1
