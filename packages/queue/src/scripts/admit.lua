-- Asks whether a job would be accepted now, before its bytes are taken in. Binds nobody: accept decides.
-- ARGV     2, 3 as in admission.lua
-- Returns  {word, wait in ms}; word: ok | queue_full | store_full
if find_earlier() then return { 'ok' } end
local refusal, wait_ms = find_refusal()
return { refusal or 'ok', wait_ms }
