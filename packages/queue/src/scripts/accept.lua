-- Takes a job in: its record, its first event, its deadline, its place in the list and its message in the outbox, all
-- or nothing. A request that its caller marked with a key is taken in once.
-- KEYS     9 request (hash: digest, job), where the caller gave a key
-- ARGV     2 spec (JSON)  3 kind  4 labels (JSON)  5 time of one attempt, ms  6 digest of the request
-- Returns  {word, …}; word: ok (createdAt, deadlineAt) | exists | replayed (job of the first time) | mismatch
local REQUEST = KEYS[9]
local first = { false, false }
local word = once(function()
  if REQUEST then first = redis.call('HMGET', REQUEST, 'digest', 'job') end
  if first[1] then return first[1] == ARGV[6] and 'replayed' or 'mismatch' end
  if job.state then return 'exists' end
  job.fence, job.attempt = '0', '0'
  redis.call('HSET', JOB, 'id', JOB_ID, 'spec', ARGV[2], 'kind', ARGV[3], 'labels', ARGV[4], 'timeoutMs', ARGV[5],
    'fence', job.fence, 'attempt', job.attempt, 'createdAt', NOW)
  change_state('queued')
  arm_deadline(QUEUED_MS)
  enqueue()
  redis.call('ZADD', JOBS, 0, string.format('%015.0f', NOW) .. '-' .. JOB_ID)
  if REQUEST then
    redis.call('HSET', REQUEST, 'digest', ARGV[6], 'job', JOB_ID)
    redis.call('PEXPIRE', REQUEST, REQUEST_TTL_MS)
  end
  return 'ok'
end)
if word == 'replayed' then return { word, first[2] } end
return { word, unpack(redis.call('HMGET', JOB, 'createdAt', 'deadlineAt')) }
