-- Forgets a job that is over: record, events, approvals, places in the lists and the key of its request.
-- KEYS     17 request, where the job has one
-- ARGV     none
-- Returns  {word}; word: ok | kept
if not job.state then redis.call('ZREM', FINISHED, JOB_ID) end
if not job.state or not is_terminal(job.state) then return { 'kept' } end
redis.call('ZREM', FINISHED, JOB_ID)
redis.call('ZREM', JOBS, list_entry(redis.call('HGET', JOB, 'createdAt')))
redis.call('HINCRBY', STATES, job.state, -1)
-- A key that expired and was used again belongs to another job.
if KEYS[17] and redis.call('HGET', KEYS[17], 'job') == JOB_ID then redis.call('UNLINK', KEYS[17]) end
redis.call('UNLINK', JOB, EVENTS, APPROVALS, JOB_WEBHOOKS)
return { 'ok' }
