-- SPDX-License-Identifier: MIT
--
-- What a person on call does to the queue with redis-cli: see docs/protocol.md, "By hand".
-- This file is loaded as the end of functions.lua, after limit.lua.
--
-- Each function wants to know who asks and why, tells it to the log as an event
-- operator.<verb>, and answers with a sentence. What cannot be done is an error
-- reply that begins with REFUSED or TOO_LATE and says what to do instead, what is
-- not there one with NOT_FOUND; then nothing has been written. With "dry-run" as
-- one more argument all is looked at, and the sentence says what would be done.

local RETRY_DEADLINE_MS = 300000 -- of a dead update that does not say how patient it is

---- helpers ----

local function refused(format, ...)
  return redis.error_reply('REFUSED ' .. string.format(format, ...))
end

local function not_found(format, ...)
  return redis.error_reply('NOT_FOUND ' .. string.format(format, ...))
end

local function sentence(...)
  return string.format(...)
end

-- The person and the reason come last, in this order.
local function read_request(reader)
  return {who = reader:name('who'), why = reader:name('why')}
end

-- Ends the arguments: whether only to say what would be done.
local function finish(reader, request)
  if not reader:at_end() then
    if reader:text('word') ~= 'dry-run' then
      refuse('word: not dry-run')
    end
    request.dry_run = true
  end
  reader:finish()
end

-- `about` may name the entry (id, fields), a target and the state before.
local function log_operator(k, verb, request, about)
  add_event(k, about.id or '0-0', about.fields, {
    action = 'operator.' .. verb, user = request.who, target = about.target or about.id or '',
    result = 'ok', before = about.before, after = json_of({'why', request.why}),
  })
  if about.id then
    local ref = about.fields and field(about.fields, 'ref') or update_id_of(about.id, about.fields)
    trace(k, ref, about.fields and field(about.fields, 'chat_id'), 'operator', request.who, 'verb',
          verb, 'why', request.why)
  end
end

local function seconds(ms)
  return string.format('%.0f s', math.floor(ms / 1000))
end

-- An entry of {prefix}:updates by its ID: fields, who holds it (nil while nobody has read it), for
-- how long, and what was begun of it; nil when it is not there.
local function look_at(k, id)
  local fields = body(k.updates, id)
  if not fields then
    return nil
  end
  local pending = redis.call('XPENDING', k.updates, WORKERS, id, id, 1)[1] or {}
  local update_id = update_id_of(id, fields)
  return {id = id, fields = fields, update_id = update_id, holder = pending[2],
          idle_ms = pending[3], deliveries = pending[4], intents = intents_of(k, update_id)}
end

local function is_running_at(entry)
  return entry.holder and string.sub(entry.holder, 1, 1) ~= '_'
end

-- Takes out an update that no worker has, and tells its chat.
local function take_out(k, entry, text)
  local chat = field(entry.fields, 'chat_id') or ''
  apologize(k, entry.fields, text)
  redis.call('ZREM', k.parked, chat .. '|' .. padded(entry.id))
  clear_intents(k, entry.update_id)
  settle(k.updates, WORKERS, entry.id)
  leave(k, entry.id, entry.fields, FREE)
end

-- What the log keeps of an update that will not be carried out.
local function summary_of(fields)
  return json_of({'kind', field(fields, 'kind') or '', 'text', field(fields, 'text') or ''})
end

---- all of the queue ----

local function set_paused(k, request, paused)
  redis.call('HSET', k.meta, 'paused', paused, 'paused_by', request.who, 'paused_why', request.why,
             'paused_ms', digits(now_ms()))
end

-- bq_pause who why. What runs goes on to its end, nothing else is taken.
local function pause(k, args)
  local reader = reader_of(args)
  local request = read_request(reader)
  finish(reader, request)
  check_type(k.events, 'events', 'stream', {})
  if request.dry_run then
    return sentence('would pause: %d updates run, which would go on to their end',
                    redis.call('HLEN', k.busy))
  end
  set_paused(k, request, '1')
  log_operator(k, 'pause', request, {})
  return sentence('paused: %d updates still run; resume lets the workers go on',
                  redis.call('HLEN', k.busy))
end

-- bq_resume who why
local function resume(k, args)
  local reader = reader_of(args)
  local request = read_request(reader)
  finish(reader, request)
  if redis.call('HGET', k.meta, 'paused') ~= '1' then
    return refused('the queue is not paused')
  end
  check_type(k.events, 'events', 'stream', {})
  if request.dry_run then
    return sentence('would resume: %d updates wait', redis.call('XLEN', k.updates))
  end
  set_paused(k, request, '0')
  log_operator(k, 'resume', request, {})
  return sentence('resumed: the workers go on within seconds')
end

-- bq_rm_consumer name who why. A consumer with pending entries would take them along for ever.
local function rm_consumer(k, args)
  local reader = reader_of(args)
  local name, request = reader:name('consumer'), read_request(reader)
  finish(reader, request)
  if name == PARK or name == FREE then
    return refused('%s belongs to the queue itself', name)
  end
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', k.updates, WORKERS)) do
    if field(consumer, 'name') == name then
      local pending = field(consumer, 'pending')
      if pending > 0 then
        return refused('%s has %d updates: wait for their leases to run out, or release them',
                       name, pending)
      end
      check_type(k.events, 'events', 'stream', {})
      if request.dry_run then
        return sentence('would remove %s', name)
      end
      redis.call('XGROUP', 'DELCONSUMER', k.updates, WORKERS, name)
      log_operator(k, 'rm_consumer', request, {target = name})
      return sentence('%s is removed', name)
    end
  end
  return not_found('there is no consumer %s: XINFO CONSUMERS %s %s lists them', name, k.updates,
                   WORKERS)
end

---- one entry ----

-- bq_release id who why. For an update whose worker hangs: it waits for the next one. The
-- delivery counts, unlike that of bq_give_back: the update may be why the worker hangs.
local function release(k, args)
  local reader = reader_of(args)
  local id, request = reader:entry_id('id'), read_request(reader)
  finish(reader, request)
  check_type(k.events, 'events', 'stream', {})
  check_type(k.intents, 'intents', 'hash', {})
  local entry = look_at(k, id)
  if not entry then
    return not_found('there is no update %s', id)
  end
  if not is_running_at(entry) then
    return refused('no worker has update %s: it waits', id)
  end
  if request.dry_run then
    return sentence('would take %s from %s, last renewed %s ago%s', id, entry.holder,
                    seconds(entry.idle_ms),
                    entry.intents.any and '; what was begun of it would be settled' or '')
  end
  redis.call('XCLAIM', k.updates, WORKERS, FREE, 0, id, 'RETRYCOUNT', entry.deliveries, 'JUSTID')
  log_operator(k, 'release', request, {id = id, fields = entry.fields})
  return sentence('%s had %s, last renewed %s ago; the next worker takes it%s', entry.holder, id,
                  seconds(entry.idle_ms),
                  entry.intents.any and ' and settles what was begun of it' or '')
end

local function drop_waiting(k, entry, request, text)
  if is_running_at(entry) then
    return refused('%s works on %s since %s or longer: wait, or release it first', entry.holder,
                   entry.id, seconds(entry.idle_ms))
  end
  if entry.intents.any then
    return refused('%s has begun "%s": let a worker settle it', entry.id, entry.intents.any.what)
  end
  if text == '' then
    return refused('the chat waits for an answer: give a text for it')
  end
  if request.dry_run then
    return sentence('would drop %s and tell its chat', entry.id)
  end
  take_out(k, entry, text)
  log_operator(k, 'drop', request, {id = entry.id, fields = entry.fields,
                                    before = summary_of(entry.fields)})
  return sentence('%s is dropped and its chat told', entry.id)
end

-- bq_drop id who why text: an update that waits, or what is in {prefix}:dead. The text may be empty
-- for the dead: their chats were told.
local function drop(k, args)
  local reader = reader_of(args)
  local id, request = reader:entry_id('id'), read_request(reader)
  local text = reader:text('text')
  finish(reader, request)
  check_burial(k)
  local entry = look_at(k, id)
  if entry then
    return drop_waiting(k, entry, request, text)
  end
  local fields = body(k.dead, id)
  if not fields then
    return not_found('there is no %s, neither among the updates nor among the dead', id)
  end
  if request.dry_run then
    return sentence('would drop %s from the dead', id)
  end
  if text ~= '' and field(fields, 'update_id') then
    apologize(k, fields, text)
  end
  redis.call('XDEL', k.dead, id)
  log_operator(k, 'drop', request, {id = id, fields = fields, before = summary_of(fields)})
  return sentence('%s is dropped from the dead', id)
end

-- The ID of a waiting or running update by its update_id, or nil. Looked for where it should be:
-- among those that run, from when it was taken in, among the oldest; never through everything.
local function find_update(k, update_id)
  local wanted = '-' .. update_id
  local function is_it(id)
    return string.sub(id, -#wanted) == wanted
  end
  for _, id in ipairs(redis.call('HVALS', k.busy)) do
    if is_it(id) then
      return id
    end
  end
  local bot = redis.call('HGET', k.meta, 'bot_id')
  local ms = bot and redis.call('ZSCORE', k.seen .. bot, update_id)
  for _, from in ipairs(ms and {digits(tonumber(ms)), '-'} or {'-'}) do
    for _, entry in ipairs(redis.call('XRANGE', k.updates, from, '+', 'COUNT', LOOKED_AT)) do
      if is_it(entry[1]) then
        return entry[1]
      end
    end
  end
  return nil
end

-- bq_cancel update_id|id who why text: at once while no worker has it; else before it begins to
-- change something; too late after that.
local function cancel(k, args)
  local reader = reader_of(args)
  local name, request = reader:name('update_id'), read_request(reader)
  local text = reader:name('text')
  finish(reader, request)
  if not string.match(name, '^%d+$') and not is_entry_id(name) then
    refuse('update_id: neither an update_id nor the ID of an entry')
  end
  check_burial(k)
  local id = is_entry_id(name) and name or find_update(k, name)
  local entry = id and look_at(k, id)
  if not entry then
    return not_found('update %s was not found: it has ended, or give its ID, <ms>-<update_id>',
                     name)
  end
  if entry.intents.any then
    return redis.error_reply(sentence('TOO_LATE update %s has begun "%s"', entry.update_id,
                                      entry.intents.any.what))
  end
  local about = {id = id, fields = entry.fields, before = summary_of(entry.fields)}
  if request.dry_run then
    return sentence(is_running_at(entry) and 'would keep update %s from changing anything: %s has it'
                        or 'would cancel update %s and tell its chat', entry.update_id, entry.holder)
  end
  if is_running_at(entry) then
    redis.call('HSET', k.intents, entry.update_id .. '/cancel', request.who .. ': ' .. request.why)
    log_operator(k, 'cancel', request, about)
    return sentence('%s works on it: it will not begin to change anything', entry.holder)
  end
  take_out(k, entry, text)
  log_operator(k, 'cancel', request, about)
  return sentence('update %s is cancelled and its chat told', entry.update_id)
end

---- the dead ----

local OF_DEATH = {reason = true, deliveries = true, died_ms = true}
local OF_RECEIPT = {received_ms = true, deadline_ms = true}

-- The fields of a dead entry without those named in `...`.
local function fields_without(fields, ...)
  local kept = {}
  for i = 1, #fields, 2 do
    local left_out = false
    for _, names in ipairs({...}) do
      left_out = left_out or names[fields[i]]
    end
    if not left_out then
      kept[#kept + 1] = fields[i]
      kept[#kept + 1] = fields[i + 1]
    end
  end
  return kept
end

-- How long after its receipt the update was to begin at the latest.
local function patience_ms(fields)
  local received_ms = tonumber(field(fields, 'received_ms') or '')
  local deadline_ms = tonumber(field(fields, 'deadline_ms') or '')
  local ms = received_ms and deadline_ms and deadline_ms - received_ms or 0
  return ms > 0 and ms or RETRY_DEADLINE_MS
end

local function retry_update(k, fields, request)
  local update_id = string.match(field(fields, 'update_id') or '', '^%d+$')
  if not update_id or tonumber(update_id) > 2 ^ 53 then
    return refused('it has no update_id: drop is what is left')
  end
  if redis.call('HEXISTS', k.unknown, update_id) == 1 then
    return refused('nobody knows whether update %s was carried out: look at the hosting account and'
                   .. ' settle it as done or not-done first; retry it only if it was not', update_id)
  end
  check_type(k.updates, 'updates', 'stream', {})
  if request.dry_run then
    return sentence('would let update %s wait again, behind all others', update_id)
  end
  local again = {id = tonumber(update_id), fields = fields_without(fields, OF_DEATH, OF_RECEIPT)}
  add_updates(k, {again}, now_ms(), patience_ms(fields))
  return sentence('update %s waits again, behind all others', update_id)
end

local function retry_reply(k, fields, request)
  if request.dry_run then
    return sentence('would send the reply again, behind all others')
  end
  redis.call('XADD', k.replies, '*', unpack(fields_without(fields, OF_DEATH)))
  return sentence('the reply waits again, behind all others')
end

-- bq_retry id who why: a dead update is carried out as if it were new, a dead reply is sent.
local function retry(k, args)
  local reader = reader_of(args)
  local id, request = reader:entry_id('id'), read_request(reader)
  finish(reader, request)
  check_burial(k)
  local fields = body(k.dead, id)
  if not fields then
    return not_found('there is no %s among the dead: XRANGE %s - + lists them', id, k.dead)
  end
  local answer
  if field(fields, 'update_id') then
    answer = retry_update(k, fields, request)
  elseif field(fields, 'method') then
    answer = retry_reply(k, fields, request)
  else
    answer = refused('it is neither an update nor a reply: drop is what is left')
  end
  if type(answer) == 'string' and not request.dry_run then
    redis.call('XDEL', k.dead, id)
    log_operator(k, 'retry', request, {id = id, fields = fields,
                                       before = field(fields, 'update_id') and summary_of(fields)})
  end
  return answer
end

---- outcomes that nobody knows ----

-- Where an update lies among the last of the dead, or nil.
local function grave_of(k, update_id)
  for _, entry in ipairs(redis.call('XREVRANGE', k.dead, '+', '-', 'COUNT', LOOKED_AT)) do
    if field(entry[2], 'update_id') == update_id then
      return entry[1]
    end
  end
  return nil
end

local AFTER_SETTLING = {
  ['done'] = '; it is still among the dead: drop %s',
  ['not-done'] = '; retry %s carries it out',
}

-- bq_settle update_id done|not-done who why: a person has looked at the hosting account. A hold
-- that the outcome kept up binds nobody from here on (see hold.lua).
local function settle_unknown(k, args)
  local reader = reader_of(args)
  local update_id, verdict = reader:name('update_id'), reader:text('verdict')
  local request = read_request(reader)
  finish(reader, request)
  if not AFTER_SETTLING[verdict] then
    refuse('verdict: not done or not-done')
  end
  check_burial(k)
  local text = redis.call('HGET', k.unknown, update_id)
  if not text then
    return not_found('the outcome of update %s is not unknown: HGETALL %s lists those', update_id,
                     k.unknown)
  end
  local grave = grave_of(k, update_id)
  local after = grave and string.format(AFTER_SETTLING[verdict], grave) or ''
  if request.dry_run then
    return sentence('would settle update %s as %s%s', update_id, verdict, after)
  end
  redis.call('HDEL', k.unknown, update_id)
  local chat = string.match(text, '"chat_id":(%-?%d+)')
  log_operator(k, 'settle', request, {id = '0-' .. update_id, target = update_id .. ' ' .. verdict,
                                      fields = chat and {'chat_id', chat}, before = text})
  return sentence('update %s is settled as %s%s', update_id, verdict, after)
end

register('bq_pause', pause, {'allow-oom'})
register('bq_resume', resume, {'allow-oom'})
register('bq_rm_consumer', rm_consumer, {'allow-oom'})
register('bq_release', release, {'allow-oom'})
register('bq_drop', drop, {'allow-oom'})
register('bq_cancel', cancel, {'allow-oom'})
register('bq_retry', retry, {})
register('bq_settle', settle_unknown, {'allow-oom'})
