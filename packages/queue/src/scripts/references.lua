#!lua flags=no-writes
-- What jobs refer to: every value of a record that looks like a digest, whatever its field is called, so that a
-- monitor which is older than a worker removes nothing that it does not know of; in records of ours (JSON) too. What a
-- caller wrote (spec) refers to nothing: its source has a field of its own.
-- KEYS     job (hash), …
-- Returns  {{digest, …}, state or '', createdAt or ''} for each
local rows = {}
for i, key in ipairs(KEYS) do
  local fields = redis.call('HGETALL', key)
  local digests, named = {}, {}
  for j = 1, #fields, 2 do
    local name, value = fields[j], fields[j + 1]
    named[name] = value
    if #value == 64 and string.find(value, '^[0-9a-f]+$') then digests[#digests + 1] = value end
    if name ~= 'spec' and string.sub(value, 1, 1) == '{' then
      for quoted in string.gmatch(value, '"([0-9a-f]+)"') do
        if #quoted == 64 then digests[#digests + 1] = quoted end
      end
    end
  end
  rows[i] = { digests, named.state or '', named.createdAt or '' }
end
return rows
