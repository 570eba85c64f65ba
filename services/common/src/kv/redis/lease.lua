-- Takes or renews leases. Returns {how many were not held before, how many were the first of their group}.
-- KEYS: due, names, values. ARGV: now, expires_at (both µs), key ttl (ms), forgotten before (µs), then member, value, ...
local due, names, values = KEYS[1], KEYS[2], KEYS[3]
local now, expires_at, ttl = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local taken, founded = 0, 0
for i = 5, #ARGV, 2 do
  local before = redis.call('ZSCORE', due, ARGV[i])
  if not before or tonumber(before) <= now then
    taken = taken + 1
  end
  if not before and not has_group(names, ARGV[i]) then
    founded = founded + 1
  end
  redis.call('ZADD', due, expires_at, ARGV[i])
  redis.call('ZADD', names, 0, ARGV[i])
  redis.call('HSET', values, ARGV[i], ARGV[i + 1])
end
-- What nobody swept in time: at most twice as many as could have come, so it cannot pile up.
local forgotten = redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[4], 'LIMIT', 0, math.min(#ARGV, 1000))
if #forgotten > 0 then
  redis.call('ZREM', due, unpack(forgotten))
  redis.call('ZREM', names, unpack(forgotten))
  redis.call('HDEL', values, unpack(forgotten))
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, ttl)
  end
end
return { taken, founded }
