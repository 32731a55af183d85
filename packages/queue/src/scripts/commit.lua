-- Ends a job, once: state, result, error, artifacts, job.finished.
-- ARGV     2 worker  3 fence  4 to  5 result (JSON)  6 error (JSON or '')  7 data of job.finished (JSON)  8… name, digest, …
-- Returns  {word}; word: ok | lease_lost | not_allowed | cancel_requested
-- A second commit finds no lease: the first one dropped it.
local to = ARGV[4]
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  if not is_terminal(to) or not is_allowed(to) then return 'not_allowed' end
  if job.cancelRequestedAt and to ~= 'cancelled' then return 'cancel_requested' end
  record_artifacts(8)
  finish(to, { result = ARGV[5], error = ARGV[6], finished = ARGV[7] })
  return 'ok'
end) }
