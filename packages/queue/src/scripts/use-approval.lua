-- Counts a use of an approval, where there is one left.
-- ARGV     2 worker  3 fence  4 approval id
-- Returns  {word}; word: ok | lease_lost | refused
-- Approved for once means once, across attempts; what is remembered is good as long as the job.
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  local id = ARGV[4]
  local status, remember, uses = unpack(redis.call('HMGET', APPROVALS, id .. ':status', id .. ':remember', id .. ':uses'))
  if status ~= 'approved' then return 'refused' end
  if remember ~= '1' and tonumber(uses or 0) > 0 then return 'refused' end
  redis.call('HINCRBY', APPROVALS, id .. ':uses', 1)
  return 'ok'
end) }
