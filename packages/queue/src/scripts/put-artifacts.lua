-- Records what an attempt has so far, so that it outlives the attempt. Safe to repeat.
-- ARGV     2 worker  3 fence  4… what it has, as record_so_far reads it
-- Returns  {word}; word: ok | lease_lost
if not holds_lease() then return { 'lease_lost' } end
record_so_far(4)
return { 'ok' }
