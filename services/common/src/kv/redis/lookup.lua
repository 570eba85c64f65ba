-- The lease on a member as {value, expires_at (µs)}, or {} if it is not held.
-- KEYS: due, names, values. ARGV: now (µs), member.
local expires_at = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not expires_at or tonumber(expires_at) <= tonumber(ARGV[1]) then
  return {}
end
return { redis.call('HGET', KEYS[3], ARGV[2]) or '', string.format('%.0f', expires_at) }
