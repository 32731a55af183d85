-- Appends events of an attempt, in order.
-- ARGV     2 worker  3 fence  4… type, data (JSON), type, data, …
-- Returns  {word}; word: ok | lease_lost
return { once(function()
  if not holds_lease() then return 'lease_lost' end
  for i = 4, #ARGV, 2 do
    append(ARGV[i], ARGV[i + 1])
  end
  return 'ok'
end) }
