-- Asks for the end of a job. One that no worker holds ends at once; of one that is held its worker is told, and the
-- monitor where that one does not end it in time: the deadline is due from now on.
-- ARGV     2 who asks, for the record
-- Returns  {word}; word: requested | already_cancelled | already_finished | not_found
-- First writer wins: after a commit this changes nothing, and after this no commit but cancelled is taken.
if not job.state then return { 'not_found' } end
if job.state == 'cancelled' then return { 'already_cancelled' } end
if is_terminal(job.state) then return { 'already_finished' } end
if job.cancelRequestedAt then return { 'requested' } end
act_for(ARGV[2])
record('job.cancelled', { state = job.state })
if not job.leaseUntil then
  finish('cancelled', ENDINGS.cancelled[job.kind])
  return { 'requested' }
end
arm_deadline(0)
redis.call('HSET', JOB, 'cancelRequestedAt', NOW)
redis.call('PUBLISH', CANCEL_CHANNEL, JOB_ID)
return { 'requested' }
