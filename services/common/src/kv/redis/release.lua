-- Gives a lease back. Returns {1 if it was held, 1 if it was the last of its group}.
-- KEYS: due, names, values. ARGV: now (µs), member.
local before = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not before then
  return { 0, 0 }
end
redis.call('ZREM', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
return { tonumber(before) > tonumber(ARGV[1]) and 1 or 0, has_group(KEYS[2], ARGV[2]) and 0 or 1 }
