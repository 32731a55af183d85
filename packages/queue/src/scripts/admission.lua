-- Whether one more job may be accepted. Shared by the script that accepts and the one that only asks.
-- KEYS     17 pace (hash)   18 request, where the caller gave a key
-- ARGV     2 jobs that may wait   3 digest of the request
local PACE, REQUEST = KEYS[17], KEYS[18]
local MAX_QUEUED, REQUEST_DIGEST = tonumber(ARGV[2]), ARGV[3]

-- What became of this very request before: nothing | replayed (and its job) | mismatch
local function find_earlier()
  local first = REQUEST and redis.call('HMGET', REQUEST, 'digest', 'job') or { false, false }
  if not first[1] then return nil end
  return first[1] == REQUEST_DIGEST and 'replayed' or 'mismatch', first[2]
end

-- Why not, and after how many milliseconds to ask again. The first place in a full queue becomes free with the next
-- claim: after the usual time between two, or, where none came for longer than that, who knows: after as long again.
local function find_refusal()
  if used_share() >= ACCEPT_SHARE then return 'store_full', STORE_FULL_RETRY_MS end
  if tonumber(redis.call('HGET', STATES, 'queued') or 0) < MAX_QUEUED then return nil end
  local pace = redis.call('HMGET', PACE, 'claimedAt', 'everyMs')
  if not pace[1] then return 'queue_full', UNKNOWN_PACE_MS end
  return 'queue_full', math.max(tonumber(pace[2]), NOW - pace[1])
end
