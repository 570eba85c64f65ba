-- The generic cell rate algorithm, line by line as in throttle.rs. Returns {allowed, excess (µs), full (µs)}.
-- KEYS: the time at which the bucket will be empty. ARGV: now (µs), interval (µs), burst.
local now, interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local moved = empty_at + interval
local excess = moved - now - interval * burst
if excess > 0 then
  return { 0, excess, empty_at - now }
end
local full = moved - now
redis.call('SET', KEYS[1], string.format('%.0f', moved), 'PX', math.max(1, math.ceil(full / 1000)))
return { 1, excess, full }
