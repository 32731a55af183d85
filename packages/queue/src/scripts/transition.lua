-- Moves a job from one live state to another.
-- ARGV     2 worker  3 fence  4 from  5 to  6 deadline of the new state from now, ms; '' keeps the present one
-- Returns  {word}; word: ok | lease_lost | wrong_state | not_allowed
-- starting, queued and the terminal states have scripts of their own (claim, expire-lease, commit): more belongs to them.
local to = ARGV[5]
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  if job.state ~= ARGV[4] then return 'wrong_state' end
  if to == 'starting' or to == 'queued' or is_terminal(to) or not is_allowed(to) then return 'not_allowed' end
  change_state(to)
  if ARGV[6] ~= '' then arm_deadline(ARGV[6]) end
  return 'ok'
end) }
