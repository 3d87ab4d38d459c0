-- SPDX-License-Identifier: MIT
--
-- bq_fsck looks for what surgery with redis-cli may have broken, and repairs it when told to.
-- This file is loaded as the end of functions.lua, after allowance.lua.
--
-- The rules: what `busy` names is pending, and its chat's only entry that is held by a worker or by
-- FREE. What is in `parked` is held by PARK, its chat is busy; and the other way round. What is
-- pending exists; what was read and exists is pending. What `intents` speaks of is held by a worker
-- or by FREE.
--
-- Each call looks at a bounded part, so that none is slow however long the queue is. The cursor is
-- "place:position"; a place is one of the lists below. Their order matters: what the repairs of
-- one leave behind is found in a later one.

local AT_WORK_MOST = 1000 -- updates at work whose intents are compared

-- A finding, and what repairs it; the repair answers false when it could not.
local function find(found, repair, format, ...)
  found[#found + 1] = {text = string.format(format, ...), repair = repair}
end

-- Which entries may have intents, by update_id; nil when there are too many to look at.
local function update_ids_at_work(k)
  local ids, left = {}, AT_WORK_MOST
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', k.updates, WORKERS)) do
    local name = field(consumer, 'name')
    if name ~= PARK and field(consumer, 'pending') > 0 then
      left = left - field(consumer, 'pending')
      if left < 0 then
        return nil
      end
      for _, pending in ipairs(redis.call('XPENDING', k.updates, WORKERS, '-', '+', AT_WORK_MOST,
                                          name)) do
        ids[update_id_of(pending[1], body(k.updates, pending[1]))] = true
      end
    end
  end
  return ids
end

local function check_busy(k, found, chat, id)
  local owner = is_entry_id(id) and holder(k.updates, WORKERS, id)
  if not owner then
    find(found, function() pass_on(k, chat, FREE) end,
         'busy: chat %s is kept busy by %s, which is not pending', chat, id)
  elseif owner == PARK then
    find(found, function()
      redis.call('ZREM', k.parked, chat .. '|' .. padded(id))
      redis.call('XCLAIM', k.updates, WORKERS, FREE, 0, id, 'RETRYCOUNT', 0, 'JUSTID')
    end, 'busy: chat %s is kept busy by %s, which is parked', chat, id)
  end
end

local function check_parked(k, found, member)
  local chat = string.match(member, '^(%-?%d+)|%d+%-%d+$')
  if not chat then
    find(found, function() redis.call('ZREM', k.parked, member) end,
         'parked: "%s" is no chat and entry', member)
    return
  end
  local id = unpadded(member)
  if holder(k.updates, WORKERS, id) ~= PARK then
    find(found, function() redis.call('ZREM', k.parked, member) end,
         'parked: %s of chat %s is not held by %s', id, chat, PARK)
  elseif redis.call('HEXISTS', k.busy, chat) == 0 then
    find(found, function()
      if redis.call('HEXISTS', k.busy, chat) == 0 then
        pass_on(k, chat, FREE)
      end
    end, 'parked: %s waits for chat %s, which is not busy', id, chat)
  end
end

local function check_pending(k, found, id, owner)
  local fields = body(k.updates, id)
  if not fields then
    find(found, function()
      settle(k.updates, WORKERS, id)
      leave(k, id, nil, FREE)
    end, 'pending: %s of %s does not exist', id, owner)
    return
  end
  local chat = field(fields, 'chat_id') or ''
  if owner == PARK then
    if not redis.call('ZSCORE', k.parked, chat .. '|' .. padded(id)) then
      find(found, function() park(k, chat, id) end,
           'pending: %s of chat %s is held by %s and not parked', id, chat, PARK)
    end
  elseif redis.call('HGET', k.busy, chat) ~= id then
    find(found, function() return redis.call('HSETNX', k.busy, chat, id) == 1 end,
         'pending: %s has %s, and chat %s is not kept busy by it', owner, id, chat)
  end
end

-- An entry that was read, and acknowledged without being deleted: nobody would ever take it.
local function check_read(k, found, id, fields)
  if holder(k.updates, WORKERS, id) then
    return
  end
  local chat = field(fields, 'chat_id') or ''
  find(found, function()
    redis.call('HSETNX', k.busy, chat, id)
    local owner = redis.call('HGET', k.busy, chat) == id and FREE or PARK
    redis.call('XCLAIM', k.updates, WORKERS, owner, 0, id, 'FORCE', 'RETRYCOUNT', 0, 'JUSTID')
  end, 'updates: %s of chat %s was acknowledged and not deleted', id, chat)
end

local function check_intent(k, found, name, at_work)
  local update_id = string.match(name, '^(%d+)/')
  if not update_id then
    find(found, function() redis.call('HDEL', k.intents, name) end,
         'intents: "%s" is no update and step', name)
  elseif not at_work[update_id] then
    find(found, function() abandon_intents(k, '0-' .. update_id, nil) end,
         'intents: %s is of an update that nobody works on', name)
  end
end

---- the places; each looks at some, and answers with the position to go on from, or nil ----

local PLACES = {
  {name = 'updates', look = function(k, found, position)
    local from = position == '0' and '-' or '(' .. position
    local entries = redis.call('XRANGE', k.updates, from, last_delivered(k), 'COUNT', LOOKED_AT)
    for _, entry in ipairs(entries) do
      check_read(k, found, entry[1], entry[2])
    end
    return #entries == LOOKED_AT and entries[LOOKED_AT][1] or nil
  end},
  {name = 'busy', look = function(k, found, position)
    local cursor, busy = unpack(redis.call('HSCAN', k.busy, position, 'COUNT', LOOKED_AT))
    for i = 1, #busy, 2 do
      check_busy(k, found, busy[i], busy[i + 1])
    end
    return cursor ~= '0' and cursor or nil
  end},
  {name = 'pending', look = function(k, found, position)
    local from = position == '0' and '-' or '(' .. position
    local pending = redis.call('XPENDING', k.updates, WORKERS, from, '+', LOOKED_AT)
    for _, entry in ipairs(pending) do
      check_pending(k, found, entry[1], entry[2])
    end
    return #pending == LOOKED_AT and pending[LOOKED_AT][1] or nil
  end},
  {name = 'parked', look = function(k, found, position)
    local from = position == '0' and '-' or '(' .. position
    local members = redis.call('ZRANGEBYLEX', k.parked, from, '+', 'LIMIT', 0, LOOKED_AT)
    for _, member in ipairs(members) do
      check_parked(k, found, member)
    end
    return members[LOOKED_AT]
  end},
  {name = 'intents', look = function(k, found, position)
    local at_work = update_ids_at_work(k)
    if not at_work then
      find(found, nil, 'intents: over %d updates are worked on: look again later', AT_WORK_MOST)
      return nil
    end
    local cursor, intents = unpack(redis.call('HSCAN', k.intents, position, 'COUNT', LOOKED_AT))
    for i = 1, #intents, 2 do
      check_intent(k, found, intents[i], at_work)
    end
    return cursor ~= '0' and cursor or nil
  end},
}

-- Which place a cursor is at, and where in it.
local function read_cursor(cursor)
  if cursor == '0' then
    return 1, '0'
  end
  local name, position = string.match(cursor, '^(%l+):(.+)$')
  for i, place in ipairs(PLACES) do
    if place.name == name then
      return i, position
    end
  end
  refuse('cursor: neither 0 nor what an earlier call answered')
end

-- Repairs what can be repaired; returns how many.
local function repair_all(found)
  local repaired = 0
  for _, finding in ipairs(found) do
    if finding.repair and finding.repair() ~= false then
      finding.text = finding.text .. ': repaired'
      repaired = repaired + 1
    end
  end
  return repaired
end

-- bq_fsck check cursor, or bq_fsck repair cursor who why -> the next cursor ("0": all was looked
-- at), then what was found. To begin with, the cursor is 0.
local function fsck(k, args)
  local reader = reader_of(args)
  local mode = reader:text('mode')
  local at, position = read_cursor(reader:name('cursor'))
  if mode ~= 'check' and mode ~= 'repair' then
    refuse('mode: not check or repair')
  end
  local request = mode == 'repair' and read_request(reader)
  reader:finish()
  check_burial(k)
  check_type(k.busy, 'busy', 'hash', {})
  check_type(k.parked, 'parked', 'zset', {})
  local made = prepare(k, {}) -- a stream that was deleted has no group, and what was in it is busy
  if made.err then
    return made
  end
  local found, place = {}, PLACES[at]
  local next_position = place.look(k, found, position)
  if request and repair_all(found) > 0 then
    log_operator(k, 'fsck', request, {target = place.name,
                                      before = json_of({'found', found[1].text})})
  end
  local answer = {next_position and place.name .. ':' .. next_position or
                      PLACES[at + 1] and PLACES[at + 1].name .. ':0' or '0'}
  for _, finding in ipairs(found) do
    answer[#answer + 1] = finding.text
  end
  return answer
end

register('bq_fsck', fsck, {'allow-oom'})
