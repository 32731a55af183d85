-- Takes a job from a worker that stopped renewing: back to the queue, or to its end after the last attempt.
-- ARGV     none
-- Returns  {word}; word: kept | queued | failed | timed_out
-- The fence grows here and not only at the next claim: whatever the lost worker still sends is stale from now on.
if not job.leaseUntil or tonumber(job.leaseUntil) > NOW then return { 'kept' } end
-- No new attempt for a job whose time was up before its worker was missed: a deadline holds across attempts.
if job.deadlineAt and tonumber(job.deadlineAt) <= NOW then
  finish('timed_out', ENDINGS.deadline_exceeded[job.kind])
  return { 'timed_out' }
end
if tonumber(job.attempt) >= MAX_ATTEMPTS then
  finish('failed', ENDINGS.attempts_exhausted[job.kind])
  return { 'failed' }
end
change_state('queued', 'lease_lost')
drop_lease()
job.fence = job.fence + 1
redis.call('HSET', JOB, 'fence', job.fence)
arm_deadline(QUEUED_MS)
enqueue()
return { 'queued' }
