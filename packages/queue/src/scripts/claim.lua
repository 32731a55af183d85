-- Gives a queued job to a worker: next fence, next attempt, lease, deadline of the attempt; the message is used up.
-- KEYS     17 pace (hash)
-- ARGV     2 worker  3 fence of the message  4 lease, ms
-- Returns  {word, job fields}; word: ok | not_found | not_queued | stale_message
-- Of two claims of one message one wins: the other finds the state changed.
local PACE = KEYS[17]

-- The usual time between two claims, as a mean that forgets: what callers of a full queue are told to wait.
local function note_pace()
  local pace = redis.call('HMGET', PACE, 'claimedAt', 'everyMs')
  -- A quiet night says nothing about a busy morning.
  local since = math.min(pace[1] and NOW - pace[1] or UNKNOWN_PACE_MS, MAX_PACE_MS)
  local every = pace[2] and pace[2] * 0.8 + since * 0.2 or since
  redis.call('HSET', PACE, 'claimedAt', NOW, 'everyMs', math.ceil(every))
end

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
  note_pace()
  return 'ok'
end)
return { word, word == 'ok' and redis.call('HGETALL', JOB) }
