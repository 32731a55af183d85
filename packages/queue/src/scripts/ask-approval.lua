-- Asks a person: the question, its deadline and the state that waits for it, all or nothing.
-- ARGV     2 worker  3 fence  4 approval id  5 request (JSON)  6 time to decide, ms  7 data of approval.requested (JSON)
-- Returns  {word}; word: ok | lease_lost | cancel_requested | not_allowed | too_many
-- The deadline of the job is that of the question while it waits: whoever resumes the job arms its own again.
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  if job.cancelRequestedAt then return 'cancel_requested' end
  if not is_allowed('awaiting_approval') then return 'not_allowed' end
  local id, ttl = ARGV[4], tonumber(ARGV[6])
  if tonumber(redis.call('HGET', JOB, 'questions') or 0) >= MAX_APPROVALS then return 'too_many' end
  redis.call('HINCRBY', JOB, 'questions', 1)
  change_state('awaiting_approval')
  local seq = append('approval.requested', ARGV[7])
  local request = cjson.decode(ARGV[5])
  local hosts = string.sub(table.concat(request.hosts, ' '), 1, 250)
  record('approval.requested', { rule = request.rule, call_sha256 = request.call_sha256, hosts = hosts }, id)
  redis.call('HSET', JOB, 'approval', id)
  redis.call('HSET', APPROVALS, id, ARGV[5], id .. ':status', 'pending', id .. ':fence', FENCE, id .. ':createdAt', NOW,
    id .. ':expiresAt', NOW + ttl)
  redis.call('ZADD', PENDING, NOW + ttl, JOB_ID)
  tell_approval('approval.requested', seq, id)
  arm_deadline(ttl + APPROVAL_GRACE_MS)
  return 'ok'
end) }
