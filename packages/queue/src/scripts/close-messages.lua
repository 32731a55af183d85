-- Takes no more messages for the attempt that holds the lease, unless there is one that it does not know.
-- ARGV     2 worker  3 fence  4 how many messages it knows
-- Returns  {word}; word: ok | waiting | lease_lost
-- What came before is answered for, and what comes behind is refused: no message falls between.
if not holds_lease() then return { 'lease_lost' } end
if tonumber(redis.call('HGET', JOB, 'messages') or 0) > tonumber(ARGV[4]) then return { 'waiting' } end
redis.call('HSET', JOB, 'messagesClosedAt', NOW)
return { 'ok' }
