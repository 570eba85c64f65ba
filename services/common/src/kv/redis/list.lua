-- Held leases in the order of their members. Reads at most ARGV[4] names and drops from the order those that
-- ran out, so that each is read once; those of a group stay, because they count until they are swept: {last name read, or '' at the end; member, value, expires_at (µs), ...}.
-- KEYS: due, names, values. ARGV: now (µs), '-' or '(member', limit, batch.
local due, names, values = KEYS[1], KEYS[2], KEYS[3]
local now, limit, batch = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local read = redis.call('ZRANGEBYLEX', names, ARGV[2], '+', 'LIMIT', 0, batch)
if #read == 0 then
  return { '' }
end
local scores = redis.call('ZMSCORE', due, unpack(read))
local held, times, ended, last = {}, {}, {}, ''
for i, member in ipairs(read) do
  if #held == limit then
    break
  end
  last = member
  local expires_at = scores[i] and tonumber(scores[i]) or 0
  if expires_at > now then
    held[#held + 1] = member
    times[#times + 1] = string.format('%.0f', expires_at)
  elseif not string.find(member, '/', 1, true) then
    ended[#ended + 1] = member
  end
end
if #ended > 0 then
  redis.call('ZREM', names, unpack(ended))
end
local answer = { (#read < batch and last == read[#read]) and '' or last }
if #held > 0 then
  local shown = redis.call('HMGET', values, unpack(held))
  for i, member in ipairs(held) do
    answer[#answer + 1] = member
    answer[#answer + 1] = shown[i] or ''
    answer[#answer + 1] = times[i]
  end
end
return answer
