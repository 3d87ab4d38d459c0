#!lua name=beget_queue
-- SPDX-License-Identifier: MIT
--
-- The queue between the services: each function below is one atomic step.
-- shared/queue/queue.h says what the steps mean, shared/queue/keys.h names the keys.
-- The other files of this folder are loaded as the end of this file, in the order that CMakeLists.txt
-- says. One whose names are its own is a block: Lua has room for 200 names at a time.
--
-- KEYS[1] is "{prefix}"; every key is KEYS[1] .. ":" .. name, so that all share one hash slot.
-- Redis has no rollback: a function reads and checks everything before it writes anything.
-- The clock is Redis TIME, nowhere else.
--
-- Functions that must go on while memory is full carry allow-oom: that is all but bq_push,
-- bq_retry and bq_seed. Ingress is where growth comes from, and refusing it there keeps the updates
-- at Telegram; everything behind it frees memory, or is bounded by the number of running workers.
--
-- To change a function so that an older caller would misread it, raise VERSION: the program
-- with the higher one loads its library and a newer library is never replaced by an older.
local VERSION = 14

local WORKERS = 'workers' -- the group of {prefix}:updates
local GATEWAY = 'gateway' -- the group of {prefix}:replies
local PARK = '_park'      -- consumer that holds entries whose chat is busy, until it is their turn
local FREE = '_free'      -- consumer that holds entries that any worker may take at once

local SEEN_MOST = 10000             -- update ids remembered per bot; a repeat is among the last 100
local SLOT_TTL_S = 48 * 3600        -- Telegram lets a bot edit a message for 48 h
local PARKS_PER_TAKE = 64           -- bounds one call of bq_take
local LEASES_REMEMBERED = 1440      -- a day of them: a worker that was silent for so long is gone
local FORGOTTEN_PER_REAP = 10
local STEPS_MOST = 9                -- mutating calls of one update
local LOOKED_AT = 250               -- entries that one call of an operator's function looks at
local TRACE_MOST = 100000           -- steps that are kept, over all updates
local ASKED_PER_HOUR = 10           -- requests of strangers that are passed on, over all
local HOUR_S = 3600
local DAY_S = 24 * HOUR_S           -- and one of each chat in so long

-- What bq_done, bq_emit and bq_announce may write, by name and by beginning of the name.
local WRITABLE = {access = true, members = true, creators = true, ignored = true, unknown = true}
local WRITABLE_PREFIXES = {'grants:', 'dialog:', 'button:', 'cache:', 'language:', 'hold:'}

---- arguments ----

-- Ends a call whose arguments make no sense; nothing has been written at that point.
local function refuse(format, ...)
  error({refusal = string.format(format, ...)})
end

-- ARGV, read one by one.
local Reader = {}
Reader.__index = Reader

local function reader_of(args)
  return setmetatable({args = args, at = 0}, Reader)
end

function Reader:text(what)
  self.at = self.at + 1
  local text = self.args[self.at]
  if text == nil then
    refuse('%s: missing', what)
  end
  return text
end

function Reader:name(what)
  local text = self:text(what)
  if text == '' or #text > 450 then
    refuse('%s: empty or too long', what)
  end
  return text
end

function Reader:int(what, least, most)
  local text = self:text(what)
  local number = string.match(text, '^%-?%d+$') and #text <= 17 and tonumber(text)
  if not number then
    refuse('%s: not a whole number', what)
  end
  if number < least or number > most then
    refuse('%s: not %.0f to %.0f', what, least, most)
  end
  return number
end

-- A worker's name; those that begin with _ are ours.
function Reader:consumer()
  local text = self:name('consumer')
  if string.sub(text, 1, 1) == '_' then
    refuse('consumer: begins with _')
  end
  return text
end

local function is_entry_id(text)
  return type(text) == 'string' and #text <= 41 and string.match(text, '^%d+%-%d+$') ~= nil
end

function Reader:entry_id(what)
  local text = self:text(what)
  if not is_entry_id(text) then
    refuse('%s: not the ID of an entry', what)
  end
  return text
end

-- A chat as text: ids may pass 2^53, and text is what the keys hold.
function Reader:chat(what)
  local text = self:text(what)
  if not string.match(text, '^%-?%d+$') or #text > 20 then
    refuse('%s: not a chat', what)
  end
  return text
end

-- Count, then name and value of each field; returns the flat list that XADD takes.
function Reader:fields(what)
  local fields = {}
  for i = 1, 2 * self:int(what .. ' fields', 1, 100) do
    fields[i] = self:text(what .. ' field')
  end
  return fields
end

function Reader:list(what)
  local list = {}
  for i = 1, self:int(what .. ' count', 0, 1000) do
    list[i] = self:fields(what)
  end
  return list
end

function Reader:at_end()
  return self.at == #self.args
end

-- Fields for the trace; a caller that has none leaves the list out.
function Reader:traced()
  return self:at_end() and {} or self:fields('trace')
end

function Reader:finish()
  if self.at ~= #self.args then
    refuse('%d arguments too many', #self.args - self.at)
  end
end

---- small helpers ----

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function digits(number)
  return string.format('%.0f', number)
end

-- The value behind `name` in a flat list: an entry's fields, or a reply of XINFO.
local function field(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then
      return fields[i + 1]
    end
  end
  return nil
end

local function count(k, name, by)
  if by > 0 then
    redis.call('HINCRBY', k.meta, name, by)
  end
end

-- Who holds an entry, and how often it was delivered; nil when it is not pending.
local function holder(stream, group, id)
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if pending then
    return pending[2], pending[4]
  end
  return nil
end

-- The fields of an entry; nil when somebody deleted it.
local function body(stream, id)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  return entry and entry[2]
end

local function settle(stream, group, id)
  local acknowledged = redis.call('XACK', stream, group, id)
  redis.call('XDEL', stream, id)
  return acknowledged
end

local function bury(k, fields, reason, deliveries)
  local entry = {}
  for i = 1, #fields do
    entry[i] = fields[i]
  end
  for _, text in ipairs({'reason', reason, 'deliveries', digits(deliveries), 'died_ms',
                         digits(now_ms())}) do
    entry[#entry + 1] = text
  end
  redis.call('XADD', k.dead, '*', unpack(entry))
  count(k, 'dead', 1)
end

---- the gate: one running entry per chat ----
--
-- busy:   chat -> the entry that runs, or is about to (held by FREE)
-- parked: "chat|padded id" at score 0, so that one chat's entries are a range in their order;
--         in the group they are held by PARK

local function padded(id)
  local ms, sequence = string.match(id, '^(%d+)%-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. '-' .. string.rep('0', 20 - #sequence) .. sequence
end

local function unpadded(member)
  local ms, sequence = string.match(member, '|0*(%d+)%-0*(%d+)$')
  return ms .. '-' .. sequence
end

local function park(k, chat, id)
  redis.call('ZADD', k.parked, 0, chat .. '|' .. padded(id))
  redis.call('XCLAIM', k.updates, WORKERS, PARK, 0, id, 'JUSTID')
end

-- Gives the chat's first parked entry to `consumer`: its id and fields, or nil. XCLAIM answers
-- nothing for an entry that was deleted by hand; then the next one has its turn.
local function unpark(k, chat, consumer)
  local delivered = consumer == FREE and 0 or 1
  while true do
    local member = redis.call('ZRANGEBYLEX', k.parked, '[' .. chat .. '|', '[' .. chat .. '|\255',
                              'LIMIT', 0, 1)[1]
    if not member then
      return nil
    end
    redis.call('ZREM', k.parked, member)
    local id = unpadded(member)
    local entry = redis.call('XCLAIM', k.updates, WORKERS, consumer, 0, id, 'RETRYCOUNT',
                             delivered)[1]
    if entry then
      return id, entry[2]
    end
  end
end

-- Ends the turn of the chat's running entry: its next one goes to `consumer`, or it is free.
local function pass_on(k, chat, consumer)
  local id, fields = unpark(k, chat, consumer)
  if id then
    redis.call('HSET', k.busy, chat, id)
  else
    redis.call('HDEL', k.busy, chat)
  end
  return id, fields
end

-- As pass_on, for the chat of an entry that is no more. Without fields the chat has to be found.
local function leave(k, id, fields, consumer)
  local chat = fields and field(fields, 'chat_id')
  if chat then
    if redis.call('HGET', k.busy, chat) == id then
      return pass_on(k, chat, consumer)
    end
    return nil
  end
  local busy = redis.call('HGETALL', k.busy)
  for i = 1, #busy, 2 do
    if busy[i + 1] == id then
      return pass_on(k, busy[i], consumer)
    end
  end
  return nil
end

-- True while the entry that `busy` names exists. It may not, after surgery with redis-cli.
local function is_running(k, id)
  return is_entry_id(id) and holder(k.updates, WORKERS, id) ~= nil
end

-- Makes `id` the running entry of its chat; false when another one runs.
local function enter(k, chat, id)
  if redis.call('HSETNX', k.busy, chat, id) == 1 then
    return true
  end
  if is_running(k, redis.call('HGET', k.busy, chat)) then
    return false
  end
  pass_on(k, chat, FREE)
  return redis.call('HSETNX', k.busy, chat, id) == 1
end

---- what a step brings ----

local OPERATIONS = {
  HSET = function(reader) return {reader:text('field'), reader:text('value')} end,
  HDEL = function(reader) return {reader:text('field')} end,
  SET = function(reader)
    local value, ttl = reader:text('value'), reader:int('ttl', 0, 1e10)
    if ttl > 0 then
      return {value, 'EX', digits(ttl)}
    end
    return {value}
  end,
  DEL = function() return {} end,
  EXPIRE = function(reader) return {digits(reader:int('ttl', 1, 1e10))} end,
  HDEL_VALUE = function(reader) return {reader:text('value')} end,
  REVOKE = function(reader) return {reader:name('name')} end,
}

-- Operations that are no command of Redis.
local CASCADES = {
  -- Deletes the fields of a hash that have a value.
  HDEL_VALUE = function(_, key, value)
    local fields = redis.call('HGETALL', key)
    for i = 1, #fields, 2 do
      if fields[i + 1] == value then
        redis.call('HDEL', key, fields[i])
      end
    end
  end,
  -- Deletes a name from grants:<chat> for each chat of `access`. It costs what there are chats, not
  -- keys. What holds no hash gives no right.
  REVOKE = function(k, key, name)
    for _, chat in ipairs(redis.call('HKEYS', key)) do
      redis.pcall('HDEL', k.prefix .. ':grants:' .. chat, name)
    end
  end,
}

-- The type that a key has after an operation; nil leaves it as it is.
local TYPE_AFTER = {HSET = 'hash', HDEL = 'hash', HDEL_VALUE = 'hash', REVOKE = 'hash', SET = 'string',
                    DEL = 'none'}

local function check_writable(name)
  if WRITABLE[name] then
    return
  end
  for _, prefix in ipairs(WRITABLE_PREFIXES) do
    if #name > #prefix and string.sub(name, 1, #prefix) == prefix then
      return
    end
  end
  refuse('%s: not a key that a step may write', name)
end

local function read_write(reader)
  local operation = reader:text('operation')
  local read = OPERATIONS[operation]
  if not read then
    refuse('%s: not an operation', operation)
  end
  local name = reader:name('key')
  check_writable(name)
  return {operation = operation, name = name, args = read(reader)}
end

-- Three counted lists: replies, events, state writes; and fields for the trace.
local function read_outcome(reader)
  local outcome = {replies = reader:list('reply'), events = reader:list('event'), writes = {}}
  for i = 1, reader:int('write count', 0, 1000) do
    outcome.writes[i] = read_write(reader)
  end
  outcome.traced = reader:traced()
  reader:finish()
  return outcome
end

local function check_type(key, name, wanted, types)
  local found = types[key] or redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= wanted then
    refuse('%s: holds a %s', name, found)
  end
end

-- Whatever could fail halfway: a key of another type.
local function check_outcome(k, outcome)
  local types = {}
  check_type(k.replies, 'replies', 'stream', types)
  check_type(k.events, 'events', 'stream', types)
  for _, write in ipairs(outcome.writes) do
    local key = k.prefix .. ':' .. write.name
    if TYPE_AFTER[write.operation] == 'hash' then
      check_type(key, write.name, 'hash', types)
    end
    types[key] = TYPE_AFTER[write.operation] or types[key]
  end
end

local function apply(k, outcome)
  for _, reply in ipairs(outcome.replies) do
    redis.call('XADD', k.replies, '*', unpack(reply))
  end
  for _, event in ipairs(outcome.events) do
    redis.call('XADD', k.events, '*', unpack(event))
  end
  for _, write in ipairs(outcome.writes) do
    local key, cascade = k.prefix .. ':' .. write.name, CASCADES[write.operation]
    if cascade then
      cascade(k, key, unpack(write.args))
    else
      redis.call(write.operation, key, unpack(write.args))
    end
    count(k, 'unknown', write.operation == 'HSET' and write.name == 'unknown' and 1 or 0)
  end
end

---- intents: calls that change something at the hosting account ----
--
-- intents: "update_id/step" -> JSON of a call that was begun, and of its result once that is known;
--          "update_id/cancel" -> who wants the update not to be carried out, and why
-- unknown: update_id -> JSON of an outcome that nobody can know; a person settles it (bq_settle)

-- By what an entry's intents go. The ID says it when the fields are gone, see bq_push.
local function update_id_of(id, fields)
  local update_id = fields and field(fields, 'update_id') or ''
  return string.match(update_id, '^%d+$') or string.match(id, '%-(%d+)$')
end

-- JSON out of names and values in turn, in that order, without needless escapes: people read it.
local function json_of(members)
  local texts = {}
  for i = 1, #members, 2 do
    local name, value = members[i], members[i + 1]
    value = type(value) == 'number' and digits(value) or
                string.gsub(cjson.encode(value), '\\/', '/')
    texts[#texts + 1] = cjson.encode(name) .. ':' .. value
  end
  return '{' .. table.concat(texts, ',') .. '}'
end

local function text_of(value)
  return type(value) == 'string' and value or ''
end

-- What is stored of a call. Text that is not ours counts as a call that was begun: who knows.
local function intent_of(text)
  local ok, found = pcall(cjson.decode, text)
  if not ok or type(found) ~= 'table' then
    found = {}
  end
  return {ended = found.state == 'ended', ms = tonumber(found.ms) or 0, by = text_of(found.by),
          class = text_of(found.class), what = text_of(found.what),
          before = text_of(found.before), result = text_of(found.result)}
end

local function begun_json(intent)
  return {'state', 'begun', 'ms', intent.ms, 'by', intent.by, 'class', intent.class, 'what',
          intent.what, 'before', intent.before}
end

local function intent_fields(update_id)
  local names = {}
  for step = 1, STEPS_MOST do
    names[step] = update_id .. '/' .. step
  end
  names[STEPS_MOST + 1] = update_id .. '/cancel'
  return names
end

-- The calls of an entry by step; `any` is the one to tell of: that whose end is not known, else the
-- last. `cancelled` tells of an operator's wish.
local function intents_of(k, update_id)
  local found = {cancelled = false}
  local values = redis.call('HMGET', k.intents, unpack(intent_fields(update_id)))
  for step = 1, STEPS_MOST do
    if values[step] then
      found[step] = intent_of(values[step])
      if not found.any or found.any.ended then
        found.any = found[step]
      end
    end
  end
  found.cancelled = values[STEPS_MOST + 1] ~= false
  return found
end

local function clear_intents(k, update_id)
  redis.call('HDEL', k.intents, unpack(intent_fields(update_id)))
end

-- Nobody can know how `intent` ended: it is kept until a person has looked.
local function note_unknown(k, update_id, chat, intent)
  redis.call('HSET', k.unknown, update_id,
             json_of({'ms', now_ms(), 'chat_id', tonumber(chat) or 0, 'what', intent.what,
                      'before', intent.before}))
  count(k, 'unknown', 1)
end

-- An event of our own. `fields` are those of the entry it is about; nil when they are gone. With
-- event.user it is that person who acted, not the one who sent the update.
local function add_event(k, id, fields, event)
  local ref, chat, user_id = update_id_of(id, fields), nil, nil
  if fields then
    ref = string.match(field(fields, 'ref') or '', '^%d+$') or ref
    chat = string.match(field(fields, 'chat_id') or '', '^%-?%d+$')
    user_id = not event.user and string.match(field(fields, 'user_id') or '', '^%-?%d+$')
  end
  redis.call('XADD', k.events, '*', 'v', '1', 'ref', ref, 'chat_id', chat or '0', 'user_id',
             user_id or '0', 'user', event.user or fields and field(fields, 'user') or '',
             'action', event.action, 'target', event.target, 'result', event.result, 'before',
             event.before or '', 'after', event.after or '', 'ms', digits(now_ms()))
end

-- For an entry that is given up, or gone: what was begun of it is noted as unknown, once, and its
-- intents are cleared. Also a call whose result is known: its chat never learnt of it. Returns
-- the call that was noted.
local function abandon_intents(k, id, fields)
  local update_id = update_id_of(id, fields)
  local intent = intents_of(k, update_id).any
  clear_intents(k, update_id)
  if intent then
    note_unknown(k, update_id, fields and field(fields, 'chat_id') or '0', intent)
    add_event(k, id, fields, {action = 'dead', target = intent.what, result = 'unknown',
                              before = intent.before, after = intent.result})
  end
  return intent
end

-- Whatever giving up an entry could fail at halfway.
local function check_burial(k)
  local types = {}
  for name, wanted in pairs({dead = 'stream', replies = 'stream', events = 'stream',
                             intents = 'hash', unknown = 'hash'}) do
    check_type(k[name], name, wanted, types)
  end
end

---- the trace: what became of each update, step by step ----
--
-- trace: for people, nothing is decided by it. So whatever is in its place is let be, and a step
-- goes on without. What answers no update leaves none.

local function trace(k, ref, chat, step, by, ...)
  if ref and ref ~= '0' then
    redis.pcall('XADD', k.trace, 'MAXLEN', '~', TRACE_MOST, '*', 'ref', ref, 'chat_id', chat or '0',
                'step', step, 'by', by, ...)
  end
end

-- The same of an entry.
local function trace_entry(k, id, fields, step, by, ...)
  trace(k, update_id_of(id, fields), fields and field(fields, 'chat_id'), step, by, ...)
end

local function trace_taken(k, consumer, id, fields, deliveries)
  local received_ms = field(fields, 'received_ms') or ''
  local waited_ms = math.max(0, now_ms() - (tonumber(received_ms) or now_ms()))
  trace_entry(k, id, fields, 'taken', consumer, 'id', id, 'kind', field(fields, 'kind') or '',
              'received_ms', received_ms, 'waited_ms', digits(waited_ms), 'deliveries',
              digits(deliveries))
end

-- What was done, as far as the outcome says so.
local function trace_done(k, consumer, id, fields, outcome)
  local event = outcome.events[1] or {}
  trace_entry(k, id, fields, 'done', consumer, 'did', field(event, 'action') or '', 'target',
              field(event, 'target') or '', 'result', field(event, 'result') or '', 'replies',
              digits(#outcome.replies), unpack(outcome.traced))
end

---- loading ----

-- bq_version -> number
local function version(_, args)
  reader_of(args):finish()
  return VERSION
end

-- Administrators are told of events from here on: of what is there before the first program that
-- tells anybody nothing is told. A key of another type is met by whoever needs it.
local function begin_notices(k)
  if redis.call('TYPE', k.meta).ok ~= 'none' and redis.call('TYPE', k.meta).ok ~= 'hash' then
    return
  end
  local stream = redis.call('TYPE', k.events).ok == 'stream' and
                     redis.call('XINFO', 'STREAM', k.events)
  redis.call('HSETNX', k.meta, 'noticed', stream and field(stream, 'last-generated-id') or '0-0')
end

-- bq_prepare -> 'OK'. Creates what is missing: groups at 0, so that nothing is passed over.
local function prepare(k, args)
  reader_of(args):finish()
  for _, group in ipairs({{k.updates, WORKERS}, {k.replies, GATEWAY}}) do
    local made = redis.pcall('XGROUP', 'CREATE', group[1], group[2], '0', 'MKSTREAM')
    if made.err and not string.match(made.err, '^BUSYGROUP') then
      return made
    end
  end
  begin_notices(k)
  return redis.status_reply('OK')
end

---- inbound ----

-- Who is behind an update, should its chat be a stranger's: the number of the update and JSON, in
-- turn. A caller that passes no requests on may leave the list out.
local function read_asking(reader, batch)
  if reader:at_end() then
    return
  end
  for _ = 1, reader:int('asking count', 0, #batch.updates) do
    batch.updates[reader:int('asking update', 1, #batch.updates)].asking = reader:text('asking')
  end
end

local function read_batch(reader)
  local batch = {bot = reader:chat('bot_id'), limit = reader:int('depth_limit', 1, 1e9),
                 deadline_ms = reader:int('deadline_s', 1, 1e9) * 1000, admins = {}, updates = {}}
  for _ = 1, reader:int('admin count', 0, 1000) do
    batch.admins[reader:chat('admin')] = true
  end
  for i = 1, reader:int('update count', 0, 100) do
    local fields = reader:fields('update')
    local id = tonumber(string.match(field(fields, 'update_id') or '', '^%d+$') or '')
    local chat = string.match(field(fields, 'chat_id') or '', '^%-?%d+$')
    if not id or id > 2 ^ 53 or not chat then
      refuse('update %d: no update_id or no chat_id', i)
    end
    batch.updates[i] = {id = id, chat = chat, fields = fields}
  end
  read_asking(reader, batch)
  reader:finish()
  return batch
end

-- Sorts a batch by what is to become of each update. Telegram repeats only what was not confirmed
-- to it, and that is at most the last batch; so an id is a repeat when it is among those taken in
-- lately, and else it is new. Also a lower one: after a quiet week, or on another API server,
-- Telegram counts from another number.
local function sift(k, batch)
  local found = {added = {}, strangers = {}, duplicates = 0, ids = {}}
  local times = {}
  if #batch.updates > 0 then
    local ids = {}
    for i, update in ipairs(batch.updates) do
      ids[i] = digits(update.id)
    end
    times = redis.call('ZMSCORE', k.seen .. batch.bot, unpack(ids))
  end
  local seen = {}
  for i, update in ipairs(batch.updates) do
    if seen[update.id] or times[i] then
      found.duplicates = found.duplicates + 1
    else
      seen[update.id] = true
      table.insert(found.ids, digits(update.id))
      local known = batch.admins[update.chat] or
                        redis.call('HEXISTS', k.access, update.chat) == 1
      table.insert(known and found.added or found.strangers, update)
    end
  end
  return found
end

local function remember(k, bot, ids, clock)
  local key = k.seen .. bot
  for _, id in ipairs(ids) do
    redis.call('ZADD', key, digits(clock), id)
  end
  if #ids > 0 then
    redis.call('ZREMRANGEBYRANK', key, 0, -SEEN_MOST - 1)
  end
end

-- The ID after which the next entry must come. Not only our own entries count: the clock may have
-- been set back, another bot or an operator may have added one.
local function top_of(stream)
  local reply = redis.pcall('XINFO', 'STREAM', stream)
  return not reply.err and field(reply, 'last-generated-id') or '0-0'
end

-- Adds updates with the ID "<ms>-<update_id>", in the order given.
local function add_updates(k, updates, clock, deadline_ms)
  local top_ms, top_sequence = string.match(top_of(k.updates), '^(%d+)%-(%d+)$')
  top_ms, top_sequence = tonumber(top_ms), tonumber(top_sequence)
  for _, update in ipairs(updates) do
    local ms = math.max(clock, top_ms)
    if ms == top_ms and update.id <= top_sequence then
      ms = ms + 1
    end
    redis.call('XADD', k.updates, digits(ms) .. '-' .. digits(update.id), 'received_ms',
               digits(clock), 'deadline_ms', digits(clock + deadline_ms), unpack(update.fields))
    top_ms, top_sequence = ms, update.id
  end
end

-- What the admins are shown of a stranger: who it is, and nothing of what was written.
local function request_of(update)
  local fields = {'kind', 'request', 'text', '', 'payload', update.asking}
  for _, name in ipairs({'v', 'update_id', 'chat_id', 'user_id', 'user'}) do
    table.insert(fields, name)
    table.insert(fields, field(update.fields, name) or '')
  end
  return {id = update.id, chat = update.chat, fields = fields}
end

local function asked_lately(k)
  return tonumber(redis.call('GET', k.asked) or '') or 0
end

-- The strangers whose request is passed on: one of a chat in a day, ASKED_PER_HOUR in an hour over
-- all, and none of a chat that is ignored.
local function requests_among(k, strangers, room)
  local found, chats = {}, {}
  check_type(k.asked, 'asked', 'string', {})
  check_type(k.ignored, 'ignored', 'hash', {})
  room = math.min(room, ASKED_PER_HOUR - asked_lately(k))
  for _, update in ipairs(strangers) do
    if #found < room and update.asking and not chats[update.chat] and
       redis.call('HEXISTS', k.ignored, update.chat) == 0 and
       redis.call('EXISTS', k.asked .. ':' .. update.chat) == 0 then
      chats[update.chat] = true
      table.insert(found, request_of(update))
    end
  end
  return found
end

local function count_requests(k, requests)
  local before = asked_lately(k)
  if #requests > 0 and before == 0 then
    redis.call('SET', k.asked, digits(#requests), 'EX', digits(HOUR_S))
  elseif #requests > 0 then
    redis.call('SET', k.asked, digits(before + #requests), 'KEEPTTL')
  end
  for _, request in ipairs(requests) do
    redis.call('SET', k.asked .. ':' .. request.chat, digits(request.id), 'EX', digits(DAY_S))
  end
end

-- bq_push bot_id depth_limit deadline_s admins... updates... asking... -> added, duplicates,
-- strangers as a flat list of update_id and chat_id, and how many of them ask to be let in. A
-- stranger is remembered too: once is enough. Nobody is one before a journal has said who is
-- allowed (see bq_seed).
local function push(k, args)
  local batch = read_batch(reader_of(args))
  local clock = now_ms()
  check_type(k.seen .. batch.bot, 'seen', 'zset', {})
  local found = sift(k, batch)
  check_type(k.updates, 'updates', 'stream', {})
  local depth = redis.call('XLEN', k.updates)
  if #found.added > 0 and depth >= batch.limit then
    return redis.error_reply(string.format('FULL %d updates wait, the limit is %.0f', depth,
                                           batch.limit))
  end
  if #found.strangers > 0 and redis.call('HEXISTS', k.meta, 'seeded') == 0 then
    return redis.error_reply('UNSEEDED nobody has told yet who may use the bot')
  end
  local requests = requests_among(k, found.strangers, batch.limit - depth)
  add_updates(k, found.added, clock, batch.deadline_ms)
  add_updates(k, requests, clock, batch.deadline_ms)
  count_requests(k, requests)
  remember(k, batch.bot, found.ids, clock)
  count(k, 'pushed', #found.added)
  count(k, 'duplicates', found.duplicates)
  count(k, 'strangers', #found.strangers)
  local strangers = {}
  for _, update in ipairs(found.strangers) do
    table.insert(strangers, digits(update.id))
    table.insert(strangers, update.chat)
  end
  return {#found.added, found.duplicates, strangers, #requests}
end

---- jobs ----

local function last_delivered(k)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', k.updates)) do
    if field(group, 'name') == WORKERS then
      return field(group, 'last-delivered-id')
    end
  end
  return '0-0'
end

local function take_free(k, consumer)
  while true do
    local pending = redis.call('XPENDING', k.updates, WORKERS, '-', '+', 1, FREE)[1]
    if not pending then
      return nil
    end
    local id = pending[1]
    local entry = redis.call('XCLAIM', k.updates, WORKERS, consumer, 0, id)[1]
    if entry then
      trace_taken(k, consumer, id, entry[2], pending[4] + 1)
      return {'RUN', id, entry[2], pending[4] + 1}
    end
    abandon_intents(k, id, nil) -- deleted by hand, and XCLAIM has taken it out of the group
    leave(k, id, nil, FREE)
  end
end

local function take_new(k, consumer)
  for _ = 1, PARKS_PER_TAKE do
    local read = redis.call('XREADGROUP', 'GROUP', WORKERS, consumer, 'COUNT', 1, 'STREAMS',
                            k.updates, '>')
    if not read then
      return nil
    end
    local id, fields = read[1][2][1][1], read[1][2][1][2]
    local chat = field(fields, 'chat_id') or ''
    if enter(k, chat, id) then
      trace_taken(k, consumer, id, fields, 1)
      return {'RUN', id, fields, 1}
    end
    park(k, chat, id)
  end
  return {'AGAIN'}
end

-- bq_take consumer free|new -> RUN id fields deliveries, or EMPTY last-delivered-id, AGAIN, PAUSED.
-- Reading and gating are one step: between two, a crash would let a later message overtake.
-- `free` looks at entries given back first; `new` is for the worker that has just given a busy
-- chat's next entry to FREE, so that another chat has its turn (see bq_done).
local function take_any(k, consumer, order)
  local first, second = take_free, take_new
  if order == 'new' then
    first, second = take_new, take_free
  end
  return first(k, consumer) or second(k, consumer)
end

local function take(k, args)
  local reader = reader_of(args)
  local consumer, order = reader:consumer(), reader:text('order')
  reader:finish()
  if order ~= 'free' and order ~= 'new' then
    refuse('order: not free or new')
  end
  if redis.call('HGET', k.meta, 'paused') == '1' then
    return {'PAUSED'}
  end
  return take_any(k, consumer, order) or {'EMPTY', last_delivered(k)}
end

-- bq_beat consumer id -> 1, or 0 when another worker has the entry. XCLAIM alone would take it.
local function beat(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  reader:finish()
  if holder(k.updates, WORKERS, id) ~= consumer then
    return 0
  end
  redis.call('XCLAIM', k.updates, WORKERS, consumer, 0, id, 'JUSTID')
  return 1
end

-- bq_give_back consumer id -> OK or LOST. As if the entry had not been delivered.
local function give_back(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  reader:finish()
  local owner, deliveries = holder(k.updates, WORKERS, id)
  if owner ~= consumer then
    return {'LOST'}
  end
  redis.call('XCLAIM', k.updates, WORKERS, FREE, 0, id, 'RETRYCOUNT', math.max(deliveries - 1, 0),
             'JUSTID')
  count(k, 'given_back', 1)
  trace_entry(k, id, body(k.updates, id), 'given_back', consumer)
  return {'OK'}
end

-- The owner's entry, its fields and its intents; nil for everybody else.
local function owned(k, consumer, id)
  if holder(k.updates, WORKERS, id) ~= consumer then
    return nil
  end
  local fields = body(k.updates, id)
  if not fields then
    return nil
  end
  check_type(k.intents, 'intents', 'hash', {})
  local update_id = update_id_of(id, fields)
  return {fields = fields, update_id = update_id, intents = intents_of(k, update_id)}
end

-- Why a step's call may not be made: the answer of bq_begin; nil when it may.
local function kept_from(entry, step)
  local earlier = entry.intents[step]
  if earlier then
    return earlier.ended and {'ENDED', earlier.result} or {'DOUBT', earlier.before}
  end
  if entry.intents.cancelled then
    return {'CANCELLED'}
  end
  local deadline_ms = tonumber(field(entry.fields, 'deadline_ms') or '') or 0
  if not entry.intents.any and now_ms() > deadline_ms then
    return {'LATE'}
  end
  return nil
end

-- bq_begin consumer id step class what before -> CALL, DOUBT before, ENDED result, LATE, CANCELLED
-- or LOST. CALL is answered once for each step, whoever asks: its answer may have been lost, and
-- then nobody knows either. What has begun goes on after the deadline: half a change helps nobody.
local function begin(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  local step = reader:int('step', 1, STEPS_MOST)
  local intent = {class = reader:text('class'), what = reader:name('what'),
                  before = reader:text('before'), by = consumer}
  reader:finish()
  if intent.class ~= 'I' and intent.class ~= 'N' then
    refuse('class: not I or N')
  end
  local entry = owned(k, consumer, id)
  if not entry then
    return {'LOST'}
  end
  local kept = kept_from(entry, step)
  if kept then
    trace_entry(k, id, entry.fields, 'not_begun', consumer, 'what', intent.what, 'why',
                string.lower(kept[1]))
    return kept
  end
  intent.ms = now_ms()
  redis.call('HSET', k.intents, entry.update_id .. '/' .. step, json_of(begun_json(intent)))
  redis.call('XCLAIM', k.updates, WORKERS, consumer, 0, id, 'JUSTID') -- a whole lease for the call
  trace_entry(k, id, entry.fields, 'begun', consumer, 'what', intent.what, 'class', intent.class)
  return {'CALL'}
end

-- bq_record consumer id step result -> OK or LOST. The first result stays.
local function record(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  local step, result = reader:int('step', 1, STEPS_MOST), reader:text('result')
  reader:finish()
  local entry = owned(k, consumer, id)
  if not entry then
    return {'LOST'}
  end
  local intent = entry.intents[step]
  if not intent then
    refuse('step: %.0f was not begun', step)
  end
  if not intent.ended then
    local json = begun_json(intent)
    json[2] = 'ended'
    for _, value in ipairs({'ended_ms', now_ms(), 'result', result}) do
      json[#json + 1] = value
    end
    redis.call('HSET', k.intents, entry.update_id .. '/' .. step, json_of(json))
    trace_entry(k, id, entry.fields, 'recorded', consumer, 'what', intent.what, 'took_ms',
                digits(json[#json - 2] - intent.ms))
  end
  return {'OK'}
end

-- bq_emit consumer id outcome -> OK or LOST. The entry goes on running.
local function emit(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  local outcome = read_outcome(reader)
  if holder(k.updates, WORKERS, id) ~= consumer then
    return {'LOST'}
  end
  check_outcome(k, outcome)
  apply(k, outcome)
  if #outcome.traced > 0 then
    trace_entry(k, id, body(k.updates, id), 'progress', consumer, unpack(outcome.traced))
  end
  return {'OK'}
end

local HAND_OVER_NONE, HAND_OVER_CHAT, HAND_OVER_OTHERS = 0, 1, 2

-- bq_done consumer id hand_over outcome -> OK, OK id fields deliveries same_chat(0|1), YIELD, or
-- LOST. The worker is handed its next entry in the same step, which saves a call and, when it is
-- the chat's, keeps the order: 1 that of the chat, else as bq_take does; 0 none. The worker counts
-- how often the chat's own came and asks for 2 after a few in a row: the chat's next entry then
-- waits with FREE, still before all others of its chat, and new entries come first. So the longest
-- backlog of one chat holds back nobody for longer than a few of its jobs. YIELD: it waits so, and
-- nothing was handed over.
local function done(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  local hand_over = reader:int('hand_over', HAND_OVER_NONE, HAND_OVER_OTHERS)
  local outcome = read_outcome(reader)
  if holder(k.updates, WORKERS, id) ~= consumer then
    return {'LOST'}
  end
  check_outcome(k, outcome)
  check_type(k.intents, 'intents', 'hash', {})
  local fields = body(k.updates, id)
  apply(k, outcome)
  clear_intents(k, update_id_of(id, fields))
  count(k, 'done', 1)
  settle(k.updates, WORKERS, id)
  trace_done(k, consumer, id, fields, outcome)
  if redis.call('HGET', k.meta, 'paused') == '1' then
    hand_over = HAND_OVER_NONE
  end
  local heir = hand_over == HAND_OVER_CHAT and consumer or FREE
  local next_id, next_fields = leave(k, id, fields, heir)
  if next_id and heir == consumer then
    trace_taken(k, consumer, next_id, next_fields, 1)
    return {'OK', next_id, next_fields, 1, 1}
  end
  if hand_over ~= HAND_OVER_NONE then
    local taken = take_any(k, consumer, next_id and 'new' or 'free')
    if taken and taken[1] == 'RUN' then
      return {'OK', taken[2], taken[3], taken[4], 0}
    end
  end
  return {next_id and 'YIELD' or 'OK'}
end

-- One entry of any worker that has not been renewed for `lease_ms`. Asked consumer by consumer,
-- so that a long park does not have to be looked through.
local function expired(k, lease_ms)
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', k.updates, WORKERS)) do
    local name = field(consumer, 'name')
    if field(consumer, 'pending') > 0 and string.sub(name, 1, 1) ~= '_' then
      local entry = redis.call('XPENDING', k.updates, WORKERS, 'IDLE', digits(lease_ms), '-', '+',
                               1, name)[1]
      if entry then
        return entry
      end
    end
  end
  return nil
end

-- Each start of a worker has names of its own: those that hold nothing and have not been heard of for
-- many leases are forgotten, a few per call. Whoever comes back is known again by what it takes.
local function forget_consumers(k, lease_ms)
  local left = FORGOTTEN_PER_REAP
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', k.updates, WORKERS)) do
    local name = field(consumer, 'name')
    if left > 0 and field(consumer, 'pending') == 0 and string.sub(name, 1, 1) ~= '_' and
       field(consumer, 'idle') > lease_ms * LEASES_REMEMBERED then
      redis.call('XGROUP', 'DELCONSUMER', k.updates, WORKERS, name)
      left = left - 1
    end
  end
end

-- The chat learns of an update that was given up; a stranger, whose request it was, does not. Its id
-- is put in as text: cjson would round it.
local function apologize(k, fields, text)
  local chat, update_id = field(fields, 'chat_id') or '', field(fields, 'update_id') or '0'
  if field(fields, 'kind') == 'request' or not string.match(chat, '^%-?%d+$') or
     not string.match(update_id, '^%d+$') then
    return
  end
  redis.call('XADD', k.replies, '*', 'v', '1', 'ref', update_id, 'chat_id', chat, 'method',
             'sendMessage', 'slot', 'u' .. update_id, 'payload',
             '{"chat_id":' .. chat .. ',"text":' .. cjson.encode(text) .. '}')
end

-- Frees chats whose running entry is gone, a few per call: after surgery with redis-cli their
-- parked entries would wait for the chat's next message.
local function heal(k)
  local busy = redis.call('HRANDFIELD', k.busy, 10, 'WITHVALUES')
  for i = 1, #busy, 2 do
    if not is_running(k, busy[i + 1]) then
      if is_entry_id(busy[i + 1]) then
        abandon_intents(k, busy[i + 1], nil)
      end
      pass_on(k, busy[i], FREE)
    end
  end
end

-- Gives an entry up: what may have been called decides what its chat and the log are told.
local function give_up(k, id, fields, deliveries, texts)
  local intent = abandon_intents(k, id, fields)
  bury(k, fields, 'delivered ' .. deliveries .. ' times and never finished', deliveries)
  if not intent then
    add_event(k, id, fields, {action = 'dead', target = id, result = 'error'})
  end
  apologize(k, fields, intent and texts.doubt or texts.dead)
  settle(k.updates, WORKERS, id)
  leave(k, id, fields, FREE)
end

-- bq_reap consumer lease_ms max_deliveries dead_text doubt_text -> RUN id fields deliveries,
-- DEAD id, or NONE. doubt_text is for an update that may have changed something.
local function reap(k, args)
  local reader = reader_of(args)
  local consumer, lease_ms = reader:consumer(), reader:int('lease_ms', 1, 1e12)
  local most = reader:int('max_deliveries', 1, 1e6)
  local texts = {dead = reader:text('dead_text'), doubt = reader:text('doubt_text')}
  reader:finish()
  check_burial(k)
  heal(k)
  forget_consumers(k, lease_ms)
  while true do
    local entry = expired(k, lease_ms)
    if not entry then
      return {'NONE'}
    end
    local id, deliveries = entry[1], entry[4]
    local fields = body(k.updates, id)
    if not fields then
      abandon_intents(k, id, nil)
      settle(k.updates, WORKERS, id)
      leave(k, id, nil, FREE)
    elseif deliveries >= most then
      give_up(k, id, fields, deliveries, texts)
      trace_entry(k, id, fields, 'dead', consumer, 'from', entry[2], 'deliveries',
                  digits(deliveries))
      return {'DEAD', id}
    else
      redis.call('XCLAIM', k.updates, WORKERS, consumer, 0, id)
      count(k, 'reaped', 1)
      trace_entry(k, id, fields, 'reaped', consumer, 'id', id, 'from', entry[2], 'idle_ms',
                  digits(entry[3]), 'deliveries', digits(deliveries + 1))
      return {'RUN', id, fields, deliveries + 1}
    end
  end
end

---- announcements ----

-- bq_announce name digest outcome -> OK or SAME
local function announce(k, args)
  local reader = reader_of(args)
  local name, digest = 'announced:' .. reader:name('name'), reader:name('digest')
  local outcome = read_outcome(reader)
  if redis.call('HGET', k.meta, name) == digest then
    return {'SAME'}
  end
  check_outcome(k, outcome)
  apply(k, outcome)
  redis.call('HSET', k.meta, name, digest)
  return {'OK'}
end

---- outbound ----

local function keep_slot(k, slot, message_id)
  if slot ~= '' and message_id > 0 then
    redis.call('SET', k.prefix .. ':slot:' .. slot, digits(message_id), 'EX', SLOT_TTL_S)
  end
end

-- What the trace is to have of a delivery: the update, the chat, the step and fields. A caller that
-- has nothing for it leaves it out.
local function read_delivery(reader)
  if reader:at_end() then
    return {}
  end
  return {ref = reader:chat('ref'), chat = reader:chat('chat_id'), step = reader:name('step'),
          fields = reader:fields('trace')}
end

local function trace_delivery(k, delivery)
  if delivery.ref then
    trace(k, delivery.ref, delivery.chat, delivery.step, GATEWAY, unpack(delivery.fields))
  end
end

-- bq_sent id slot message_id [delivery] -> 1, or 0 when it was settled before
local function sent(k, args)
  local reader = reader_of(args)
  local id, slot = reader:entry_id('id'), reader:text('slot')
  local message_id = reader:int('message_id', 0, 2 ^ 53)
  local delivery = read_delivery(reader)
  reader:finish()
  local settled = settle(k.replies, GATEWAY, id)
  keep_slot(k, slot, message_id)
  count(k, 'sent', settled)
  if settled == 1 then
    trace_delivery(k, delivery)
  end
  return settled
end

-- bq_part slot message_id [delivery] -> 1. A part of a reply is delivered, another follows: sent
-- again, it is to edit that message.
local function part(k, args)
  local reader = reader_of(args)
  local slot, message_id = reader:text('slot'), reader:int('message_id', 0, 2 ^ 53)
  local delivery = read_delivery(reader)
  reader:finish()
  keep_slot(k, slot, message_id)
  trace_delivery(k, delivery)
  return 1
end

-- bq_dead id reason -> 1, or 0 when it was settled before
local function dead(k, args)
  local reader = reader_of(args)
  local id, reason = reader:entry_id('id'), reader:text('reason')
  reader:finish()
  local fields = body(k.replies, id)
  local _, deliveries = holder(k.replies, GATEWAY, id)
  check_type(k.dead, 'dead', 'stream', {})
  if fields then
    bury(k, fields, reason, deliveries or 0)
    trace(k, field(fields, 'ref'), field(fields, 'chat_id'), 'undeliverable', GATEWAY, 'method',
          field(fields, 'method') or '', 'reason', reason)
  end
  settle(k.replies, GATEWAY, id)
  return fields and 1 or 0
end

-- bq_lease holder ttl_ms acquire|renew|release -> 1 or 0, who holds it afterwards ('' for nobody),
-- for how many milliseconds. 1: as asked; of acquire and renew, that the lease is the holder's.
local function lease(k, args)
  local reader = reader_of(args)
  local holder, ttl_ms = reader:name('holder'), reader:int('ttl_ms', 1, 1e9)
  local action = reader:text('action')
  reader:finish()
  if action ~= 'acquire' and action ~= 'renew' and action ~= 'release' then
    refuse('action: not acquire, renew or release')
  end
  local key = k.prefix .. ':lease:gateway'
  local current = redis.call('GET', key)
  if current ~= holder and (current or action ~= 'acquire') then
    return {0, current or '', current and redis.call('PTTL', key) or 0}
  end
  if action == 'release' then
    redis.call('DEL', key)
    return {1, '', 0}
  end
  redis.call('SET', key, holder, 'PX', digits(ttl_ms))
  return {1, holder, ttl_ms}
end

---- journal ----

-- bq_followed name id [noticed] -> number of events trimmed. Each follower is a group, and its
-- position is the group's: what every follower has is let go. With the word "noticed" only what
-- the administrators were told of, too; without it, by journals that tell nobody, all of it.
local function followed(k, args)
  local reader = reader_of(args)
  local name, id = reader:name('name'), reader:entry_id('id')
  local noticed
  if #args > reader.at then
    if reader:text('word') ~= 'noticed' then
      refuse('word: not noticed')
    end
    noticed = redis.call('HGET', k.meta, 'noticed')
  end
  reader:finish()
  local made = redis.pcall('XGROUP', 'CREATE', k.events, name, id, 'MKSTREAM')
  if made.err then
    if not string.match(made.err, '^BUSYGROUP') then
      return made
    end
    redis.call('XGROUP', 'SETID', k.events, name, id)
  end
  local least = id
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', k.events)) do
    local position = field(group, 'last-delivered-id')
    if padded(position) < padded(least) then
      least = position
    end
  end
  if is_entry_id(noticed) and padded(noticed) < padded(least) then
    least = noticed
  end
  local ms, sequence = string.match(least, '^(%d+)%-(%d+)$')
  local after = math.min(tonumber(sequence) + 1, 2 ^ 53)
  return redis.call('XTRIM', k.events, 'MINID', ms .. '-' .. digits(after))
end

-- bq_notice from to gap_ms outcome -> 0: done, the administrators are told of the events up to
-- `to`; -1: not done, somebody else has told them of events behind `from`; n: not done, they were
-- told less than gap_ms ago, ask again in n ms. An outcome without replies is never too early.
local function notice(k, args)
  local reader = reader_of(args)
  local from, to = reader:entry_id('from'), reader:entry_id('to')
  local gap_ms = reader:int('gap_ms', 0, 1e9)
  local outcome = read_outcome(reader)
  if redis.call('HGET', k.meta, 'noticed') ~= from then
    return -1
  end
  local now = now_ms()
  if #outcome.replies > 0 then
    local since = now - (tonumber(redis.call('HGET', k.meta, 'noticed_ms') or '') or 0)
    if since >= 0 and since < gap_ms then
      return gap_ms - since
    end
  end
  check_outcome(k, outcome)
  apply(k, outcome)
  redis.call('HSET', k.meta, 'noticed', to)
  if #outcome.replies > 0 then
    redis.call('HSET', k.meta, 'noticed_ms', digits(now))
  end
  return 0
end

---- registration ----

local function keys_of(keys)
  local prefix = keys[1] or ''
  if #keys ~= 1 or not string.match(prefix, '^{[%w_-]+}$') then
    refuse('needs one key, {prefix}')
  end
  local k = {prefix = prefix}
  for _, name in ipairs({'updates', 'replies', 'events', 'dead', 'meta', 'busy', 'parked',
                         'access', 'asked', 'ignored', 'intents', 'unknown', 'limits', 'trace'}) do
    k[name] = prefix .. ':' .. name
  end
  k.seen = prefix .. ':seen:' -- .. bot
  return k
end

-- Errors of Redis ("NOGROUP ...", a text inside pcall) pass as they are, others get the
-- function's name.
local function register(name, run, flags)
  redis.register_function{
    function_name = name,
    flags = flags,
    callback = function(keys, args)
      local ok, answer = pcall(function() return run(keys_of(keys), args) end)
      if ok then
        return answer
      end
      local text = type(answer) == 'table' and answer.refusal
      if not text and string.match(tostring(answer), '^%u+ ') then
        return redis.error_reply(answer)
      end
      return redis.error_reply('ERR ' .. name .. ': ' .. (text or tostring(answer)))
    end,
  }
end

register('bq_version', version, {'no-writes'})
register('bq_prepare', prepare, {'allow-oom'})
register('bq_push', push, {})
register('bq_take', take, {'allow-oom'})
register('bq_beat', beat, {'allow-oom'})
register('bq_give_back', give_back, {'allow-oom'})
register('bq_begin', begin, {'allow-oom'})
register('bq_record', record, {'allow-oom'})
register('bq_emit', emit, {'allow-oom'})
register('bq_done', done, {'allow-oom'})
register('bq_reap', reap, {'allow-oom'})
register('bq_announce', announce, {'allow-oom'})
register('bq_sent', sent, {'allow-oom'})
register('bq_part', part, {'allow-oom'})
register('bq_dead', dead, {'allow-oom'})
register('bq_lease', lease, {'allow-oom'})
register('bq_followed', followed, {'allow-oom'})
register('bq_notice', notice, {'allow-oom'})
