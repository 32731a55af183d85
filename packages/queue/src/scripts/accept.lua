-- Takes a job in: its record, its first event, its deadline and its message in the outbox, all or nothing.
-- ARGV     2 spec (JSON)  3 kind  4 time of one attempt, ms
-- Returns  {word, createdAt, deadlineAt}; word: ok | exists
local word = once(function()
  if job.state then return 'exists' end
  job.fence, job.attempt = '0', '0'
  redis.call('HSET', JOB, 'id', JOB_ID, 'spec', ARGV[2], 'kind', ARGV[3], 'timeoutMs', ARGV[4],
    'fence', job.fence, 'attempt', job.attempt, 'createdAt', NOW)
  change_state('queued')
  arm_deadline(QUEUED_MS)
  enqueue()
  return 'ok'
end)
return { word, unpack(redis.call('HMGET', JOB, 'createdAt', 'deadlineAt')) }
