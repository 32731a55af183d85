-- Answers a question, once. Its worker is woken; a job that was given up goes back to the queue.
-- ARGV     2 approval id  3 approved | denied | expired  4 '1': remember  5 reason  6 who decides, for the record
-- Returns  {word}; word: ok | over | not_found
-- `expired` is the monitor's, and only true after the deadline; any other word is only true before.
local id, status = ARGV[2], ARGV[3]
return { once(function()
  if redis.call('HEXISTS', APPROVALS, id) == 0 then return 'not_found' end
  if job.approval ~= id then return 'over' end
  local is_late = tonumber(redis.call('HGET', APPROVALS, id .. ':expiresAt')) <= NOW
  if is_late ~= (status == 'expired') then return 'over' end
  act_for(ARGV[6])
  settle_approval(status, ARGV[4] == '1', ARGV[5])
  if job.leaseUntil then
    redis.call('PUBLISH', CANCEL_CHANNEL, JOB_ID)
    return 'ok'
  end
  change_state('queued', 'approval_decided')
  arm_deadline(QUEUED_MS)
  enqueue()
  return 'ok'
end) }
