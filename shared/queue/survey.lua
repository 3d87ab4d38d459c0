-- SPDX-License-Identifier: MIT
--
-- bq_survey tells how the queue stands, for people and for what alarms them. It writes nothing, and
-- looks at so little that each part takes a few milliseconds however much waits: what runs comes
-- oldest first and is cut off, what waits is counted and its oldest shown.
-- This file is loaded as the end of functions.lua, after hold.lua.

do
  local RUNNING_MOST = 60   -- entries at work that are described
  local BUSY_MOST = 2000    -- chats among which they are looked for
  local SHOWN = 10          -- of the dead and the unknown
  local REPLIES_MOST = 100  -- of the oldest replies, whose chats may be flooded
  local SERVICES_MOST = 200
  local HEALTH_MOST = 20    -- busy and parked chats that are compared, see fsck.lua

  ---- JSON, in the order in which it is written ----

  local function raw(text)
    return {json = text}
  end

  local function value_of(value)
    if type(value) == 'table' then
      return value.json
    elseif type(value) == 'number' then
      return digits(value)
    elseif type(value) == 'boolean' then
      return tostring(value)
    end
    return (string.gsub(cjson.encode(value or ''), '\\/', '/'))
  end

  -- An object out of names and values in turn.
  local function object(members)
    local texts = {}
    for i = 1, #members, 2 do
      texts[#texts + 1] = value_of(members[i]) .. ':' .. value_of(members[i + 1])
    end
    return raw('{' .. table.concat(texts, ',') .. '}')
  end

  local function list(values)
    local texts = {}
    for i, value in ipairs(values) do
      texts[i] = value_of(value)
    end
    return raw('[' .. table.concat(texts, ',') .. ']')
  end

  -- What somebody else has stored as JSON, and the same as a table; anything else counts as nothing.
  local function stored(text)
    local ok, found = pcall(cjson.decode, text or '')
    if ok and type(found) == 'table' then
      return raw(text), found
    end
    return raw('{}'), {}
  end

  ---- reading what may be missing, or of another type ----

  -- The answer of a command, or `otherwise` for an error: a survey is for when something is wrong.
  local function ask(otherwise, ...)
    local answer = redis.pcall(...)
    if answer == nil or answer == false or type(answer) == 'table' and answer.err then
      return otherwise
    end
    return answer
  end

  local function number(text)
    return tonumber(text or '') or 0
  end

  -- When an entry was added; nil for what is no entry's ID.
  local function ms_of(id)
    return tonumber(string.match(id or '', '^(%d+)%-%d+$') or '')
  end

  -- An entry as far as it is of interest before anybody works on it.
  local function about(id, fields)
    fields = fields or {}
    return object({'id', id or '', 'ms', ms_of(id) or 0, 'chat_id', field(fields, 'chat_id') or '',
                   'kind', field(fields, 'kind') or field(fields, 'method') or ''})
  end

  local function first_of(entries)
    local entry = entries[1]
    return entry and about(entry[1], entry[2]) or raw('null')
  end

  -- A group as XINFO tells it, or an empty list.
  local function group_of(stream, name)
    for _, group in ipairs(ask({}, 'XINFO', 'GROUPS', stream)) do
      if field(group, 'name') == name then
        return group
      end
    end
    return {}
  end

  local function pending_at(consumers, name)
    for _, consumer in ipairs(consumers) do
      if field(consumer, 'name') == name then
        return field(consumer, 'pending')
      end
    end
    return 0
  end

  -- The first of those that a consumer has, and since when it has had it.
  local function oldest_at(k, consumer)
    local row = ask({}, 'XPENDING', k.updates, WORKERS, '-', '+', 1, consumer)[1]
    if not row then
      return raw('null'), 0
    end
    return about(row[1], body(k.updates, row[1])), now_ms() - row[3]
  end

  ---- the parts ----

  local function updates_part(k, consumers)
    local group, length = group_of(k.updates, WORKERS), ask(0, 'XLEN', k.updates)
    local pending = field(group, 'pending') or 0
    local parked, free = pending_at(consumers, PARK), pending_at(consumers, FREE)
    local unread = ask({}, 'XRANGE', k.updates, '(' .. (field(group, 'last-delivered-id') or '0-0'),
                       '+', 'COUNT', 1)
    local oldest_free, free_since_ms = oldest_at(k, FREE)
    return object({'length', length, 'unread', math.max(0, length - pending), 'free', free,
                   'parked', parked, 'running', math.max(0, pending - parked - free),
                   'oldest_unread', first_of(unread), 'oldest_free', oldest_free, 'free_since_ms',
                   free_since_ms, 'oldest_parked', (oldest_at(k, PARK))})
  end

  local function replies_part(k)
    local length = ask(0, 'XLEN', k.replies)
    local taken = field(group_of(k.replies, GATEWAY), 'pending') or 0
    return object({'length', length, 'unread', math.max(0, length - taken), 'taken', taken,
                   'oldest', first_of(ask({}, 'XRANGE', k.replies, '-', '+', 'COUNT', 1))})
  end

  -- Chats to which Telegram lets nothing be sent, among those that replies wait for.
  local function floods_part(k)
    local waiting, chats, floods = {}, {}, {}
    for _, entry in ipairs(ask({}, 'XRANGE', k.replies, '-', '+', 'COUNT', REPLIES_MOST)) do
      local chat = field(entry[2], 'chat_id') or ''
      if not waiting[chat] then
        chats[#chats + 1] = chat
      end
      waiting[chat] = (waiting[chat] or 0) + 1
    end
    for _, chat in ipairs(chats) do
      local until_ms = number(ask('', 'GET', k.prefix .. ':flood:' .. chat))
      if until_ms > 0 then
        floods[#floods + 1] = object({'chat_id', chat, 'until_ms', until_ms,
                                      'waiting', waiting[chat]})
      end
    end
    return list(floods)
  end

  local function events_part(k)
    local followers = {}
    for _, group in ipairs(ask({}, 'XINFO', 'GROUPS', k.events)) do
      followers[#followers + 1] = object({'name', field(group, 'name'), 'position',
                                          field(group, 'last-delivered-id')})
    end
    return object({'length', ask(0, 'XLEN', k.events),
                   'oldest', first_of(ask({}, 'XRANGE', k.events, '-', '+', 'COUNT', 1)),
                   'newest_ms', ms_of(top_of(k.events)) or 0, 'followers', list(followers)})
  end

  local function dead_part(k)
    local shown = {}
    for i, entry in ipairs(ask({}, 'XRANGE', k.dead, '-', '+', 'COUNT', SHOWN)) do
      local fields = entry[2]
      local kind = field(fields, 'kind') or field(fields, 'method') or ''
      shown[i] = object({'id', entry[1], 'kind', kind, 'update_id',
                         field(fields, 'update_id') or field(fields, 'ref') or '', 'chat_id',
                         field(fields, 'chat_id') or '', 'reason', field(fields, 'reason') or '',
                         'died_ms', number(field(fields, 'died_ms'))})
    end
    return object({'length', ask(0, 'XLEN', k.dead), 'oldest', list(shown)})
  end

  local function unknown_part(k)
    local shown = {}
    local rows = ask({'0', {}}, 'HSCAN', k.unknown, '0', 'COUNT', SHOWN)[2]
    for i = 1, math.min(#rows, 2 * SHOWN), 2 do
      local chat = string.match(rows[i + 1], '"chat_id":"?(%-?%d+)') or '' -- an id may pass 2^53
      shown[#shown + 1] = object({'update_id', rows[i], 'outcome', stored(rows[i + 1]), 'chat_id',
                                  chat})
    end
    return object({'count', ask(0, 'HLEN', k.unknown), 'some', list(shown)})
  end

  -- What is begun of an entry, or null.
  local function begun_part(k, update_id)
    local ok, found = pcall(intents_of, k, update_id)
    local intent = ok and found.any
    if not intent then
      return raw('null')
    end
    return object({'what', intent.what, 'class', intent.class, 'ms', intent.ms, 'ended',
                   intent.ended})
  end

  local function running_row(k, chat, id)
    local row = ask({}, 'XPENDING', k.updates, WORKERS, id, id, 1)[1]
    if not row or row[2] == PARK then
      return nil
    end
    local fields = body(k.updates, id) or {}
    local update_id = update_id_of(id, fields)
    local behind = ask(0, 'ZLEXCOUNT', k.parked, '[' .. chat .. '|', '[' .. chat .. '|\255')
    return object({'id', id, 'update_id', update_id, 'chat_id', chat, 'kind',
                   field(fields, 'kind') or '', 'consumer', row[2], 'idle_ms', row[3], 'deliveries',
                   row[4], 'received_ms', number(field(fields, 'received_ms')), 'deadline_ms',
                   number(field(fields, 'deadline_ms')), 'behind', behind, 'begun',
                   begun_part(k, update_id)})
  end

  -- The entries that keep their chats busy, as pairs of chat and entry, the oldest first. Numbers sort
  -- several times as fast as what needs a comparison in Lua: they tell which few are worth it.
  local function oldest_busy(k)
    local busy = ask({'0', {}}, 'HSCAN', k.busy, '0', 'COUNT', BUSY_MOST)[2]
    local times, sorted, entries = {}, {}, {}
    for i = 2, #busy, 2 do
      local ms = ms_of(busy[i])
      times[i] = ms
      sorted[#sorted + 1] = ms
    end
    table.sort(sorted)
    local latest = sorted[math.min(#sorted, RUNNING_MOST)]
    for i = 2, #busy, 2 do
      local ms = times[i]
      if ms and ms <= latest then
        entries[#entries + 1] = {chat = busy[i - 1], id = busy[i], ms = ms}
      end
    end
    table.sort(entries, function(a, b) return a.ms < b.ms end)
    return entries
  end

  local function running_part(k)
    local entries, rows = oldest_busy(k), {}
    for i = 1, math.min(#entries, RUNNING_MOST) do
      rows[#rows + 1] = running_row(k, entries[i].chat, entries[i].id)
    end
    return list(rows)
  end

  local function consumers_part(consumers)
    local rows = {}
    for _, consumer in ipairs(consumers) do
      local name, pending = field(consumer, 'name'), field(consumer, 'pending')
      if #rows == SERVICES_MOST then
        break
      elseif string.sub(name, 1, 1) ~= '_' and pending > 0 then
        rows[#rows + 1] = object({'name', name, 'pending', pending, 'idle_ms',
                                  field(consumer, 'idle')})
      end
    end
    return list(rows)
  end

  -- Each process as it reported last, "<ms> <json>", and the accounts that they call with.
  local function services_part(k)
    local rows, accounts = {}, {}
    local found = ask({'0', {}}, 'HSCAN', k.prefix .. ':services', '0', 'COUNT', SERVICES_MOST)[2]
    for i = 1, math.min(#found, 2 * SERVICES_MOST), 2 do
      local ms, json = string.match(found[i + 1], '^(%d+) (.*)$')
      local text, report = stored(json)
      rows[#rows + 1] = object({'name', found[i], 'seen_ms', number(ms), 'report', text})
      if type(report.account) == 'string' then
        accounts[report.account] = true
      end
    end
    return list(rows), accounts
  end

  local function limits_part(k, accounts)
    local rows = {}
    for account in pairs(accounts) do
      local members = {'account', account, 'operator', ask('', 'HGET', k.limits, account)}
      local state = ask({}, 'HGETALL', k.prefix .. ':limit:' .. account)
      local buckets = {}
      for i = 1, #state, 2 do
        if state[i] ~= 'until_ms' then
          buckets[#buckets + 1] = object({'window', state[i], 'milli_tokens', math.floor(
              1000 * number(string.match(state[i + 1], '^[%d.]+')))})
        end
      end
      members[#members + 1] = 'until_ms'
      members[#members + 1] = number(field(state, 'until_ms'))
      members[#members + 1] = 'buckets'
      members[#members + 1] = list(buckets)
      rows[#rows + 1] = object(members)
    end
    return list(rows)
  end

  local function lease_part(k)
    local key = k.prefix .. ':lease:gateway'
    return object({'holder', ask('', 'GET', key), 'left_ms', math.max(0, ask(0, 'PTTL', key))})
  end

  -- A few of the rules of fsck.lua, on a few chats: enough to say that it should be run.
  local function damage_part(k)
    local found = {}
    local busy = ask({'0', {}}, 'HSCAN', k.busy, '0', 'COUNT', HEALTH_MOST)[2]
    for i = 1, math.min(#busy, 2 * HEALTH_MOST), 2 do
      if not is_entry_id(busy[i + 1]) or
         not ask({}, 'XPENDING', k.updates, WORKERS, busy[i + 1], busy[i + 1], 1)[1] then
        found[#found + 1] = 'chat ' .. busy[i] .. ' is kept busy by ' .. busy[i + 1] ..
                                ', which nobody has'
      end
    end
    for _, member in ipairs(ask({}, 'ZRANGE', k.parked, 0, HEALTH_MOST - 1)) do
      local chat = string.match(member, '^(.-)|')
      if not chat or ask(0, 'HEXISTS', k.busy, chat) == 0 then
        found[#found + 1] = member .. ' waits for a chat that is not busy'
      end
    end
    for name, wanted in pairs({updates = 'stream', replies = 'stream', events = 'stream',
                               dead = 'stream', meta = 'hash', busy = 'hash', parked = 'zset',
                               intents = 'hash', unknown = 'hash'}) do
      local kind = redis.call('TYPE', k[name]).ok
      if kind ~= 'none' and kind ~= wanted then
        found[#found + 1] = name .. ' holds a ' .. kind .. ', not a ' .. wanted
      end
    end
    return list(found)
  end

  local function meta_part(k)
    local members = {}
    for _, name in ipairs({'paused', 'paused_by', 'paused_why', 'paused_ms', 'seeded', 'pushed',
                           'duplicates', 'strangers', 'done', 'given_back', 'reaped', 'dead',
                           'sent', 'unknown'}) do
      members[#members + 1] = name
      members[#members + 1] = ask('', 'HGET', k.meta, name)
    end
    return object(members)
  end

  ---- the whole, in parts ----

  local PARTS = {
    running = function(k)
      return {'now_ms', now_ms(), 'library', VERSION, 'running', running_part(k), 'damage',
              damage_part(k)}
    end,
    updates = function(k)
      local consumers = ask({}, 'XINFO', 'CONSUMERS', k.updates, WORKERS)
      return {'updates', updates_part(k, consumers), 'consumers', consumers_part(consumers)}
    end,
    rest = function(k)
      local services, accounts = services_part(k)
      return {
        'replies', replies_part(k), 'events', events_part(k), 'dead', dead_part(k), 'unknown',
        unknown_part(k), 'intents', ask(0, 'HLEN', k.intents), 'services', services, 'limits',
        limits_part(k, accounts), 'floods', floods_part(k), 'lease', lease_part(k), 'meta',
        meta_part(k),
      }
    end,
  }

  -- bq_survey [running|updates|rest] -> JSON, see shared/queue/survey.h. A program asks for one part
  -- after the other, so that others have their turn between; who types it gets all at once.
  local function survey(k, args)
    local reader = reader_of(args)
    local names = {'running', 'updates', 'rest'}
    if not reader:at_end() then
      names = {reader:text('part')}
    end
    reader:finish()
    local members = {}
    for _, name in ipairs(names) do
      if not PARTS[name] then
        refuse('part: not running, updates or rest')
      end
      for _, member in ipairs(PARTS[name](k)) do
        members[#members + 1] = member
      end
    end
    return object(members).json
  end

  register('bq_survey', survey, {'no-writes'})
end
