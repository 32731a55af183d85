-- Records what an attempt has so far, so that it outlives the attempt. Safe to repeat.
-- ARGV     2 worker  3 fence  4 result so far (JSON or '')  5 checkpoint (digest or '')  6… name, digest, name, digest, …
-- Returns  {word}; word: ok | lease_lost
if not holds_lease() then return { 'lease_lost' } end
if ARGV[4] ~= '' then redis.call('HSET', JOB, 'resultSoFar', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('HSET', JOB, 'checkpoint', ARGV[5]) end
record_artifacts(6)
return { 'ok' }
