-- Gives a job up that waits for a person, so that its worker is free meanwhile. What it saved is for the next attempt.
-- ARGV     2 worker  3 fence
-- Returns  {word}; word: ok | lease_lost | decided
-- The fence grows: whatever this worker still sends is stale from now on.
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  if job.state ~= 'awaiting_approval' or not job.approval or job.cancelRequestedAt then return 'decided' end
  drop_lease()
  job.fence = job.fence + 1
  redis.call('HSET', JOB, 'fence', job.fence)
  redis.call('HINCRBY', JOB, 'releases', 1)
  return 'ok'
end) }
