-- What every script shares: the door for states, the lease check, events, deadlines.
-- job-scripts.ts joins: constants (TRANSITIONS, ENDINGS, MAX_ATTEMPTS, channels, times), this file, a script.
--
-- KEYS  1 job (hash)         2 events (stream)      3 states (hash: state -> count)  4 leases (zset: job -> expiry)
--       5 deadlines (zset: job -> deadline)         6 outbox (zset: message -> due)  7 call (string: reply of this call)
--       8 jobs (zset, by lex: <time>-<job>)         9 finished (zset: job -> end)
--       10 pending approvals (zset: job -> expiry)  11 approvals of the job (hash)
--       12 audit drafts (list): taken from here into the chain, in order (redis-audit-log.ts)
--       13 webhooks (hash)   14 webhooks due (zset: webhook -> when it is sent)
--       15 webhooks kept (zset: webhook -> when it was written)   16 those of the job (zset, the same)
--       more in the header of the script that has them
-- ARGV  1 job id; scripts of a lease holder: 2 worker, 3 fence; the rest is in the header of each script
--
-- Invariants
--   A script works on one job. A refused call has written nothing.
--   The state changes in change_state only, by the one table, and always with its event.
--   A job that was asked to be cancelled ends as cancelled, whoever ends it.
--   An approval is pending exactly while its job awaits it: whoever leaves that state settles it, in change_state.
--   Time is Redis's own, epoch milliseconds: no clock of a worker decides who holds a lease.
--   Scripts may go over maxmemory (the first line of each): what a job that runs still has to write must not fail.
--   What would fill the store asks used_share first.
--   What goes on record is written with the change that it tells of: neither is there without the other. So is what a callback is told.
local JOB, EVENTS, STATES, LEASES, DEADLINES, OUTBOX, CALL, JOBS, FINISHED, PENDING, APPROVALS, AUDIT, WEBHOOKS,
  WEBHOOKS_DUE, WEBHOOKS_KEPT, JOB_WEBHOOKS = unpack(KEYS)
local JOB_ID, WORKER, FENCE = ARGV[1], ARGV[2], ARGV[3]

local TIME = redis.call('TIME')
local NOW = TIME[1] * 1000 + math.floor(TIME[2] / 1000)

local job = {}
for i, name in ipairs({ 'state', 'fence', 'attempt', 'kind', 'worker', 'leaseUntil', 'deadlineAt', 'timeoutMs',
  'cancelRequestedAt', 'approval', 'releases', 'callbackUrl' }) do
  job[i] = name
end
for i, value in ipairs(redis.call('HMGET', JOB, unpack(job))) do
  job[job[i]] = value
end

-- Applies a call once: a client that lost the reply sends the same call again, and gets the same answer.
local function once(apply)
  local word = redis.call('GET', CALL)
  if word then return word end
  word = apply()
  if word == 'ok' then redis.call('SET', CALL, word, 'PX', CALL_TTL_MS) end
  return word
end

-- How much of maxmemory is used, as Redis counts it when it refuses commands; 0 where there is no maxmemory.
local function used_share()
  local memory = redis.call('INFO', 'memory')
  local function read(name) return tonumber(string.match(memory, name .. ':(%d+)') or 0) end
  local max = read('maxmemory')
  return max == 0 and 0 or (read('used_memory') - read('mem_not_counted_for_evict')) / max
end

-- The entry in JOBS: its order is that of time.
local function list_entry(created_at)
  return string.format('%015.0f', created_at) .. '-' .. JOB_ID
end

local function is_terminal(state)
  return next(TRANSITIONS[state]) == nil
end

local function is_allowed(to)
  if not job.state then return to == 'queued' end
  return TRANSITIONS[job.state][to] == true
end

-- Who acts: the monitor, where neither a worker shows its lease nor a caller is named.
local actor = { type = 'monitor', id = 'sweep' }

local function act_for(id)
  if id ~= '' then actor = { type = 'caller', id = id } end
end

local function holds_lease()
  local holds = job.leaseUntil and tonumber(job.leaseUntil) > NOW and job.worker == WORKER and job.fence == FENCE
  if holds then actor = { type = 'worker', id = WORKER } end
  return holds
end

local function record(action, data, approval_id)
  local subject = { job_id = JOB_ID, approval_id = approval_id }
  redis.call('RPUSH', AUDIT, cjson.encode({ at = NOW, action = action, actor = actor, subject = subject, data = data }))
end

-- seq has no gaps: it is counted in the job, by the script that appends.
local function append(type, data)
  local seq = redis.call('HINCRBY', JOB, 'seq', 1)
  redis.call('XADD', EVENTS, seq .. '-0', 'type', type, 'at', NOW, 'attempt', job.attempt, 'data', data)
  redis.call('PUBLISH', CHANNEL, JOB_ID .. ' ' .. seq)
  return seq
end

-- One that never comes is on record: which, of what job, and for want of what room.
local function drop_webhook(id, room)
  local bytes = redis.call('HSTRLEN', WEBHOOKS, id)
  redis.call('HDEL', WEBHOOKS, id, id .. ':tries')
  redis.call('HINCRBY', WEBHOOKS, ':bytes', -bytes)
  redis.call('HINCRBY', WEBHOOKS, ':dropped', 1)
  for _, key in ipairs({ WEBHOOKS_DUE, WEBHOOKS_KEPT, JOB_WEBHOOKS }) do redis.call('ZREM', key, id) end
  local subject = { job_id = string.match(id, '^(.*)%-%d+$') }
  redis.call('RPUSH', AUDIT, cjson.encode({ at = NOW, action = 'webhook.dropped', actor = actor, subject = subject,
    data = { webhook = id, room = room } }))
end

-- Makes room for one more of `bytes`. Those of the job that were settled are forgotten here, at most a job's cap of them.
local function make_webhook_room(bytes)
  local waiting, used = {}, bytes
  for _, id in ipairs(redis.call('ZRANGE', JOB_WEBHOOKS, 0, -1)) do
    local size = redis.call('HSTRLEN', WEBHOOKS, id)
    if size == 0 then
      redis.call('ZREM', JOB_WEBHOOKS, id)
    else
      waiting[#waiting + 1], used = { id, size }, used + size
    end
  end
  local count = #waiting
  for _, oldest in ipairs(waiting) do
    if count < MAX_JOB_WEBHOOKS and used <= MAX_JOB_WEBHOOK_BYTES then break end
    drop_webhook(oldest[1], 'job')
    count, used = count - 1, used - oldest[2]
  end
  while redis.call('ZCARD', WEBHOOKS_KEPT) >= MAX_WEBHOOKS
    or tonumber(redis.call('HGET', WEBHOOKS, ':bytes') or 0) + bytes > MAX_WEBHOOK_BYTES do
    local oldest = redis.call('ZRANGE', WEBHOOKS_KEPT, 0, 0)[1]
    if not oldest then return end
    drop_webhook(oldest, 'outbox')
  end
end

-- Tells the job's callback of an event, as things are now: they are not looked up when it is sent.
local function tell(type, seq, told)
  if not job.callbackUrl then return end
  local id = JOB_ID .. '-' .. seq
  told.type, told.at, told.job, told.url = type, NOW, JOB_ID, job.callbackUrl
  local text = cjson.encode(told)
  make_webhook_room(#text)
  redis.call('HSET', WEBHOOKS, id, text)
  redis.call('HINCRBY', WEBHOOKS, ':bytes', #text)
  redis.call('ZADD', WEBHOOKS_DUE, NOW, id)
  redis.call('ZADD', WEBHOOKS_KEPT, NOW, id)
  redis.call('ZADD', JOB_WEBHOOKS, NOW, id)
  redis.call('PEXPIRE', JOB_WEBHOOKS, JOB_WEBHOOKS_TTL_MS)
end

-- An approval's fields as they are, each a text: the request in it is not taken apart and put together again.
local function tell_approval(type, seq, id)
  if not job.callbackUrl then return end
  local approval = {}
  for _, part in ipairs({ '', ':status', ':fence', ':createdAt', ':expiresAt', ':decidedAt', ':remember', ':uses', ':reason' }) do
    approval[id .. part] = redis.call('HGET', APPROVALS, id .. part) or nil
  end
  tell(type, seq, { status = 'awaiting_approval', approvalId = id, approval = approval })
end

-- Closes the question that the job waits for. What ends without an answer is a denial: nobody can decide it any more.
local function settle_approval(status, remember, reason)
  local id = job.approval
  if not id then return end
  job.approval = nil
  redis.call('HDEL', JOB, 'approval')
  redis.call('ZREM', PENDING, JOB_ID)
  redis.call('HSET', APPROVALS, id .. ':status', status, id .. ':decidedAt', NOW, id .. ':remember', remember and '1' or '',
    id .. ':reason', reason or '')
  local seq = append('approval.decided', '{"approval_id":"' .. id .. '","status":"' .. status .. '","remember":'
    .. tostring(remember or false) .. '}')
  tell_approval('approval.decided', seq, id)
  record('approval.decided', { status = status, remember = remember or false }, id)
end

-- The one door. Callers have asked is_allowed first, since a script that stops half-way would leave half a change.
local function change_state(to, reason)
  assert(is_allowed(to))
  if job.state == 'awaiting_approval' then settle_approval('void') end
  local from = job.state and '"' .. job.state .. '"' or 'null'
  local why = reason and ',"reason":"' .. reason .. '"' or ''
  append('job.state_changed', '{"from":' .. from .. ',"to":"' .. to .. '"' .. why .. '}')
  if job.state then redis.call('HINCRBY', STATES, job.state, -1) end
  redis.call('HINCRBY', STATES, to, 1)
  redis.call('HSET', JOB, 'state', to)
  job.state = to
end

local function arm_deadline(in_ms)
  -- The deadline of a cancellation is the last one.
  if job.cancelRequestedAt then return end
  local deadline = NOW + in_ms
  redis.call('HSET', JOB, 'deadlineAt', deadline)
  redis.call('ZADD', DEADLINES, deadline, JOB_ID)
end

local function hold_lease(worker, lease_ms)
  local expiry = NOW + lease_ms
  redis.call('HSET', JOB, 'worker', worker, 'leaseUntil', expiry)
  redis.call('ZADD', LEASES, expiry, JOB_ID)
end

local function drop_lease()
  redis.call('HDEL', JOB, 'worker', 'leaseUntil')
  redis.call('ZREM', LEASES, JOB_ID)
end

-- The message of a queued job waits in the outbox until a claim takes it.
local function enqueue()
  redis.call('ZADD', OUTBOX, NOW, JOB_ID .. '-' .. job.fence)
end

local function unqueue()
  redis.call('ZREM', OUTBOX, JOB_ID .. '-' .. job.fence)
end

-- Ends the job for good: result, both last events, and nothing is scheduled for it any more. Who ends it without having
-- run it gives a reason and a minimal result, for which the one that the last attempt recorded is better.
local function finish(to, ending)
  change_state(to, ending.reason)
  local result = ending.reason and redis.call('HGET', JOB, 'resultSoFar') or ending.result
  redis.call('HSET', JOB, 'finishedAt', NOW, 'result', result)
  redis.call('ZADD', FINISHED, NOW, JOB_ID)
  redis.call('HDEL', JOB, 'resultSoFar')
  if ending.error ~= '' then redis.call('HSET', JOB, 'error', ending.error) end
  redis.call('HDEL', JOB, 'deadlineAt')
  redis.call('ZREM', DEADLINES, JOB_ID)
  drop_lease()
  unqueue()
  local seq = append('job.finished', ending.finished)
  local told = cjson.decode(ending.finished)
  tell('job.finished', seq, { status = to, verified = told.verified })
  record('job.finished', { status = to, verified = told.verified, error = told.error ~= cjson.null and told.error.code or nil })
  if to == 'safe_mode' then record('safe_mode.entered', {}) end
end

-- Artifacts are fields of the job, so that no list of them is ever rewritten. ARGV from `first`: name, digest, …
local function record_artifacts(first)
  for i = first, #ARGV, 2 do
    redis.call('HSET', JOB, 'artifact:' .. ARGV[i], ARGV[i + 1])
  end
end

-- What a job has come to so far, which outlives the attempt. ARGV from `first`: result (JSON), checkpoint (digest), signed
-- checkpoint (JSON), its transcript (digest), each '' to leave it as it is; then artifacts.
local function record_so_far(first)
  for i, field in ipairs({ 'resultSoFar', 'checkpoint', 'signedCheckpoint', 'checkpointTranscript' }) do
    local value = ARGV[first + i - 1]
    if value ~= '' then redis.call('HSET', JOB, field, value) end
  end
  record_artifacts(first + 4)
end
