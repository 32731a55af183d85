-- Keeps a message of a person to a job that lives, for the worker that looks between two turns.
-- KEYS     17 messages (hash): <number, from 1> -> message (JSON); key:<digest of the caller's key> -> <digest> <number>
-- ARGV     2 message id  3 text  4 who writes, for the record  5 digest of the caller's key or ''  6 digest of the request
-- Returns  {word, message or state}; word: ok | replayed | mismatch | not_found | closed | too_many | store_full (wait, ms)
-- A request that was taken in is answered alike for as long as the job is there, also when the job is over.
local MESSAGES = KEYS[17]
local KEY, REQUEST_DIGEST = ARGV[5] ~= '' and 'key:' .. ARGV[5], ARGV[6]
local message

local function find_earlier()
  local earlier = KEY and redis.call('HGET', MESSAGES, KEY)
  if not earlier then return nil end
  local digest, number = string.match(earlier, '^(%S+) (%d+)$')
  if digest ~= REQUEST_DIGEST then return 'mismatch' end
  message = redis.call('HGET', MESSAGES, number)
  return 'replayed'
end

local word = once(function()
  if not job.state then return 'not_found' end
  local earlier = find_earlier()
  if earlier then return earlier end
  local closed = redis.call('HGET', JOB, 'messagesClosedAt')
  if is_terminal(job.state) or job.state == 'verifying' or job.cancelRequestedAt or closed then return 'closed' end
  if tonumber(redis.call('HGET', JOB, 'messages') or 0) >= MAX_MESSAGES then return 'too_many' end
  if used_share() >= ACCEPT_SHARE then return 'store_full' end
  local number = redis.call('HINCRBY', JOB, 'messages', 1)
  message = cjson.encode({ id = ARGV[2], text = ARGV[3], at = NOW })
  redis.call('HSET', MESSAGES, number, message)
  if KEY then redis.call('HSET', MESSAGES, KEY, REQUEST_DIGEST .. ' ' .. number) end
  act_for(ARGV[4])
  record('job.messaged', { message_id = ARGV[2], bytes = #ARGV[3] })
  return 'ok'
end)
if word == 'closed' then return { word, job.state } end
if word == 'store_full' then return { word, STORE_FULL_RETRY_MS } end
-- The reply of the first time was lost: the message of this call is the newest with its id.
if word == 'ok' and not message then message = cjson.encode({ id = ARGV[2], text = ARGV[3], at = NOW }) end
return { word, message }
