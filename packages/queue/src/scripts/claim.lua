-- Gives a queued job to a worker: next fence, next attempt, lease, deadline of the attempt; the message is used up.
-- ARGV     2 worker  3 fence of the message  4 lease, ms
-- Returns  {word, job fields}; word: ok | not_found | not_queued | stale_message
-- Of two claims of one message one wins: the other finds the state changed.
local word = once(function()
  if not job.state then return 'not_found' end
  if not is_allowed('starting') then return 'not_queued' end
  if job.fence ~= FENCE then return 'stale_message' end
  unqueue()
  job.fence, job.attempt = job.fence + 1, job.attempt + 1
  redis.call('HSET', JOB, 'fence', job.fence, 'attempt', job.attempt)
  redis.call('HSETNX', JOB, 'startedAt', NOW)
  change_state('starting')
  hold_lease(WORKER, ARGV[4])
  arm_deadline(job.timeoutMs)
  return 'ok'
end)
return { word, word == 'ok' and redis.call('HGETALL', JOB) }
