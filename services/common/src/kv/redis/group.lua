-- Whether a lease of the group of `member` (what is before its `/`) is there, held or not swept yet.
-- '0' is the character behind '/'. A member without a group has none beside it.
local function has_group(names, member)
  local group = string.match(member, '^[^/]*/')
  if not group then
    return false
  end
  local to = '(' .. string.sub(group, 1, -2) .. '0'
  return #redis.call('ZRANGEBYLEX', names, '[' .. group, to, 'LIMIT', 0, 1) > 0
end
