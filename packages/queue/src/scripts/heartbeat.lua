-- Renews a lease. A worker whose job was ended by somebody else learns the state it ended in.
-- ARGV     2 worker  3 fence  4 lease, ms
-- Returns  {word, state, '1' where the attempt has to end now}; word: ok | lease_lost
-- An expired lease is not renewed, even where no sweep has seen it yet.
if job.state and job.fence == FENCE and is_terminal(job.state) then return { 'ok', job.state } end
if not holds_lease() then return { 'lease_lost' } end
hold_lease(WORKER, ARGV[4])
return { 'ok', job.state, job.cancelRequestedAt and '1' }
