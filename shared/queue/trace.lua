-- SPDX-License-Identifier: MIT
--
-- One update's steps out of {prefix}:trace. This file is loaded as the end of functions.lua, after
-- survey.lua.

do
  local TRACE_LOOKED_AT = 1000 -- entries of the trace that one call looks at: a few milliseconds

  -- When the update was taken in, as far as that is known: no step of it is older.
  local function trace_begin(k, update_id)
    local bot = redis.call('HGET', k.meta, 'bot_id')
    local ms = bot and redis.call('ZSCORE', k.seen .. bot, update_id)
    return ms and digits(tonumber(ms)) or '-'
  end

  -- bq_trace update_id after -> where the next call goes on ('' at the end), and the steps found on
  -- the way, oldest first, as XRANGE answers. `after` is '' for the first call.
  local function read_trace(k, args)
    local reader = reader_of(args)
    local update_id, after = reader:text('update_id'), reader:text('after')
    reader:finish()
    if not string.match(update_id, '^%d+$') or #update_id > 20 then
      refuse('update_id: not a whole number')
    end
    if after ~= '' and not is_entry_id(after) then
      refuse('after: not the ID of an entry')
    end
    local from = after == '' and trace_begin(k, update_id) or '(' .. after
    local looked = redis.call('XRANGE', k.trace, from, '+', 'COUNT', TRACE_LOOKED_AT)
    local found = {}
    for _, entry in ipairs(looked) do
      if entry[2][1] == 'ref' and entry[2][2] == update_id then
        found[#found + 1] = entry
      end
    end
    return {#looked == TRACE_LOOKED_AT and looked[#looked][1] or '', found}
  end

  register('bq_trace', read_trace, {'no-writes'})
end
