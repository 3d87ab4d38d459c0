-- SPDX-License-Identifier: MIT
--
-- Where an update or an entry is now, with everything that is kept of it; for people. Nothing is
-- looked through from end to end: what was written because of an update is looked for from its
-- arrival on. This file is loaded as the end of functions.lua, after trace.lua.

do
  -- The update that an entry is, or that a reply answers; nil for none.
  local function subject_of(fields)
    return string.match(field(fields, 'update_id') or field(fields, 'ref') or '', '^%d+$')
  end

  local function add_place(found, name, group, stream, id, fields)
    local pending = group and redis.call('XPENDING', stream, group, id, id, 1)[1] or {}
    found.seen[name .. id] = true
    table.insert(found.places, {name, id, fields, pending[2] or '', digits(pending[3] or 0),
                                digits(pending[4] or 0)})
  end

  local STREAMS = {
    {name = 'updates', group = WORKERS}, {name = 'replies', group = GATEWAY}, {name = 'dead'},
  }

  local function find_entry(k, found, id)
    for _, stream in ipairs(STREAMS) do
      local fields = body(k[stream.name], id)
      if fields then
        found.update_id = found.update_id or subject_of(fields)
        add_place(found, stream.name, stream.group, k[stream.name], id, fields)
      end
    end
  end

  -- What of a stream was written because of the update.
  local function find_among(k, found, stream, from)
    for _, entry in ipairs(redis.call('XRANGE', k[stream.name], from, '+', 'COUNT', LOOKED_AT)) do
      if subject_of(entry[2]) == found.update_id and not found.seen[stream.name .. entry[1]] then
        add_place(found, stream.name, stream.group, k[stream.name], entry[1], entry[2])
      end
    end
  end

  local function ms_of(id)
    return tonumber(string.match(id, '^%d+'))
  end

  -- The ID of an update that waits deep in the queue, or nil. IDs are <ms>-<update_id>, and
  -- Telegram counts upwards: who comes at or after <ms>-<update_id> says on which side to look.
  local function bisect(k, update_id)
    local ends = {redis.call('XRANGE', k.updates, '-', '+', 'COUNT', 1)[1],
                  redis.call('XREVRANGE', k.updates, '+', '-', 'COUNT', 1)[1]}
    if not ends[2] then
      return nil
    end
    local low, high = ms_of(ends[1][1]), ms_of(ends[2][1])
    while low <= high do
      local middle = math.floor((low + high) / 2)
      local from = digits(middle) .. '-' .. update_id
      local entry = redis.call('XRANGE', k.updates, from, '+', 'COUNT', 1)[1]
      local ms, found = string.match(entry and entry[1] or '', '^(%d+)%-(%d+)$')
      if found == update_id then
        return entry[1]
      elseif found and tonumber(found) < tonumber(update_id) then
        low = math.max(tonumber(ms), middle + 1)
      else
        high = middle - 1
      end
    end
    return nil
  end

  local function find_of_update(k, found)
    local id = find_update(k, found.update_id) or bisect(k, found.update_id)
    if id and not found.seen['updates' .. id] then
      find_entry(k, found, id)
    end
    local bot = redis.call('HGET', k.meta, 'bot_id')
    local ms = bot and redis.call('ZSCORE', k.seen .. bot, found.update_id)
    for i = 2, #STREAMS do
      find_among(k, found, STREAMS[i], ms and digits(tonumber(ms)) or '-')
    end
  end

  -- Which entry runs of the chat of a waiting one, and how many wait before it.
  local function line_of(k, place)
    local chat = place and place[1] == 'updates' and field(place[3], 'chat_id')
    if not chat then
      return '', 0
    end
    return redis.call('HGET', k.busy, chat) or '',
           redis.call('ZLEXCOUNT', k.parked, '[' .. chat .. '|', '(' .. chat .. '|' ..
                      padded(place[2]))
  end

  -- bq_where update_id|id -> the update_id ('' for none), places, the names and values of its
  -- intents, its row of `unknown` ('' for none), the entry that runs of its chat ('' for none), how
  -- many of the chat wait before it, and the time. A place is: updates, replies or dead; the
  -- entry's ID and fields; who holds it, for how many ms since it was renewed, deliveries.
  local function where(k, args)
    local reader = reader_of(args)
    local name = reader:name('name')
    reader:finish()
    local found = {places = {}, seen = {}, update_id = string.match(name, '^%d+$')}
    if (found.update_id and #name > 17) or (not found.update_id and not is_entry_id(name)) then
      refuse('name: neither an update_id nor the ID of an entry')
    end
    if not found.update_id then
      find_entry(k, found, name)
    end
    local intents, unknown = {}, ''
    if found.update_id and found.update_id ~= '0' then
      find_of_update(k, found)
      local names = intent_fields(found.update_id)
      for i, value in ipairs(redis.call('HMGET', k.intents, unpack(names))) do
        if value then
          table.insert(intents, names[i])
          table.insert(intents, value)
        end
      end
      unknown = redis.call('HGET', k.unknown, found.update_id) or ''
    end
    local runs, before = line_of(k, found.places[1])
    return {found.update_id or '', found.places, intents, unknown, runs, before, now_ms()}
  end

  register('bq_where', where, {'no-writes'})
end
