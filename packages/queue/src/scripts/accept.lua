-- Takes a job in: its record, its first event, its deadline, its place in the list and its message in the outbox, all
-- or nothing. A request that its caller marked with a key is taken in once.
-- ARGV     2, 3 as in admission.lua  4 spec (JSON)  5 kind  6 labels (JSON)  7 time of one attempt, ms
--          8 digest of its source or ''  9 who asks, for the record  10 action  11 data (JSON) of the record
--          12 callback URL or ''  13 first job of its thread or ''  14… what the job that it continues has come to, where it does
-- Returns  {word, …}; word: ok (createdAt, deadlineAt) | exists | replayed (job of the first time) | mismatch
--          | queue_full (wait, ms) | store_full (wait, ms)
local wait_ms
local earlier, first_job = find_earlier()
local word = once(function()
  if earlier then return earlier end
  if job.state then return 'exists' end
  local refusal
  refusal, wait_ms = find_refusal()
  if refusal then return refusal end
  job.fence, job.attempt = '0', '0'
  redis.call('HSET', JOB, 'id', JOB_ID, 'spec', ARGV[4], 'kind', ARGV[5], 'labels', ARGV[6], 'timeoutMs', ARGV[7],
    'fence', job.fence, 'attempt', job.attempt, 'createdAt', NOW, 'source', ARGV[8])
  if ARGV[12] ~= '' then redis.call('HSET', JOB, 'callbackUrl', ARGV[12]) end
  if ARGV[13] ~= '' then redis.call('HSET', JOB, 'thread', ARGV[13]) end
  if ARGV[14] then record_so_far(14) end
  change_state('queued')
  arm_deadline(QUEUED_MS)
  enqueue()
  redis.call('ZADD', JOBS, 0, list_entry(NOW))
  act_for(ARGV[9])
  record(ARGV[10], cjson.decode(ARGV[11]))
  if REQUEST then
    redis.call('HSET', JOB, 'request', REQUEST)
    redis.call('HSET', REQUEST, 'digest', REQUEST_DIGEST, 'job', JOB_ID)
    redis.call('PEXPIRE', REQUEST, REQUEST_TTL_MS)
  end
  return 'ok'
end)
if word == 'replayed' then return { word, first_job } end
if wait_ms then return { word, wait_ms } end
return { word, unpack(redis.call('HMGET', JOB, 'createdAt', 'deadlineAt')) }
