-- Removes leases that ran out and returns them: member, value, expires_at (µs), 1 if its group ended with it, ...
-- KEYS: due, names, values. ARGV: now (µs), limit.
local ended = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local members, answer = {}, {}
for i = 1, #ended, 2 do
  members[#members + 1] = ended[i]
end
if #members == 0 then
  return answer
end
redis.call('ZREM', KEYS[1], unpack(members))
redis.call('ZREM', KEYS[2], unpack(members))
local shown = redis.call('HMGET', KEYS[3], unpack(members))
redis.call('HDEL', KEYS[3], unpack(members))
local told = {}
for i, member in ipairs(members) do
  local group = string.match(member, '^[^/]*')
  local last = not told[group] and not has_group(KEYS[2], member)
  told[group] = true
  answer[#answer + 1] = member
  answer[#answer + 1] = shown[i] or ''
  answer[#answer + 1] = string.format('%.0f', ended[2 * i])
  answer[#answer + 1] = last and '1' or '0'
end
return answer
