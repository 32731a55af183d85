-- Ends a job whose deadline passed, whoever holds it.
-- ARGV     2 grace, ms: how long its worker may take to end it first
-- Returns  {word}; word: kept | timed_out
if not job.deadlineAt or job.deadlineAt + ARGV[2] > NOW then return { 'kept' } end
finish('timed_out', ENDINGS.deadline_exceeded[job.kind])
return { 'timed_out' }
