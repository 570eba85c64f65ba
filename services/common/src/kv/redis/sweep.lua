-- Removes leases that ran out and returns them: member, value, expires_at (µs), ...
-- KEYS: due, names, values. ARGV: now (µs), limit.
local ended = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local members, answer = {}, {}
for i = 1, #ended, 2 do
  members[#members + 1] = ended[i]
end
if #members == 0 then
  return answer
end
local shown = redis.call('HMGET', KEYS[3], unpack(members))
for i, member in ipairs(members) do
  answer[#answer + 1] = member
  answer[#answer + 1] = shown[i] or ''
  answer[#answer + 1] = string.format('%.0f', ended[2 * i])
end
redis.call('ZREM', KEYS[1], unpack(members))
redis.call('ZREM', KEYS[2], unpack(members))
redis.call('HDEL', KEYS[3], unpack(members))
return answer
