-- Appends events of an attempt, in order. Where the store or the share of this job in it is nearly used up they are
-- left out, and the first time an event says so: what changes the job itself needs that room.
-- ARGV     2 worker  3 fence  4… type, data (JSON), type, data, …
-- Returns  {word}; word: ok | left_out | lease_lost
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  local bytes = 0
  for i = 4, #ARGV, 2 do
    bytes = bytes + #ARGV[i + 1] + EVENT_OVERHEAD_BYTES
  end
  local kept = tonumber(redis.call('HGET', JOB, 'eventBytes') or 0)
  if kept + bytes > MAX_EVENT_BYTES or used_share() >= EVENT_SHARE then
    if redis.call('HSETNX', JOB, 'eventsLeftOut', NOW) == 1 then append('warning.raised', LEFT_OUT_WARNING) end
    return 'left_out'
  end
  redis.call('HSET', JOB, 'eventBytes', kept + bytes)
  for i = 4, #ARGV, 2 do
    append(ARGV[i], ARGV[i + 1])
  end
  return 'ok'
end) }
