-- Takes a job from a worker that stopped renewing: back to the queue, or to its end after the last attempt.
-- ARGV     none
-- Returns  {word}; word: kept | queued | failed | cancelled | timed_out
-- The fence grows here and not only at the next claim: whatever the lost worker still sends is stale from now on.
if not job.leaseUntil or tonumber(job.leaseUntil) > NOW then return { 'kept' } end
-- An attempt that was given up to wait for a person was not lost.
local is_last = tonumber(job.attempt) - tonumber(job.releases or 0) >= MAX_ATTEMPTS
-- No new attempt for a job whose time was up before its worker was missed: a deadline holds across attempts.
local is_late = job.deadlineAt and tonumber(job.deadlineAt) <= NOW
local to = job.cancelRequestedAt and 'cancelled' or is_late and 'timed_out' or is_last and 'failed' or 'queued'
if to ~= 'queued' then
  finish(to, ENDINGS[to][job.kind])
  return { to }
end
change_state('queued', 'lease_lost')
drop_lease()
job.fence = job.fence + 1
redis.call('HSET', JOB, 'fence', job.fence)
arm_deadline(QUEUED_MS)
enqueue()
return { 'queued' }
