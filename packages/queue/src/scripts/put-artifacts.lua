-- Records artifacts before the end, so that they outlive the attempt. Safe to repeat.
-- ARGV     2 worker  3 fence  4… name, digest, name, digest, …
-- Returns  {word}; word: ok | lease_lost
if not holds_lease() then return { 'lease_lost' } end
record_artifacts(4)
return { 'ok' }
