-- Ends a job whose deadline passed, whoever holds it; that of a cancellation is the moment it was asked for.
-- ARGV     2 grace, ms: how long its worker may take to end it first
-- Returns  {word}; word: kept | timed_out | cancelled
if not job.deadlineAt or job.deadlineAt + ARGV[2] > NOW then return { 'kept' } end
local to = job.cancelRequestedAt and 'cancelled' or 'timed_out'
finish(to, ENDINGS[to][job.kind])
return { to }
