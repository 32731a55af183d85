-- Forgets a job that is over: record, events, approvals, messages, places in the lists and the key of its request.
-- KEYS     17 messages (hash)  18 request, where the job has one
-- ARGV     none
-- Returns  {word}; word: ok | kept
if not job.state then redis.call('ZREM', FINISHED, JOB_ID) end
if not job.state or not is_terminal(job.state) then return { 'kept' } end
redis.call('ZREM', FINISHED, JOB_ID)
redis.call('ZREM', JOBS, list_entry(redis.call('HGET', JOB, 'createdAt')))
redis.call('HINCRBY', STATES, job.state, -1)
-- A key that expired and was used again belongs to another job.
if KEYS[18] and redis.call('HGET', KEYS[18], 'job') == JOB_ID then redis.call('UNLINK', KEYS[18]) end
redis.call('UNLINK', JOB, EVENTS, APPROVALS, JOB_WEBHOOKS, KEYS[17])
return { 'ok' }
