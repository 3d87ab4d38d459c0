-- SPDX-License-Identifier: MIT
--
-- Rights, which outlive Redis in bot.db; shared/queue/seed.h says how.
-- This file is loaded as the end of functions.lua, after fsck.lua.
--
-- meta.seeded says which journal has filled this Redis, and when: "<name> <ms>". Whoever empties
-- Redis takes the mark away with the rest.

do
  local SCAN_ROWS = 200               -- about so many per call of bq_rights

  -- bq_seed name position (key field value)... -> OK mark, KEPT mark, or BEHIND.
  -- In one step, however many rows there are, so that rights are there all or not at all. A row
  -- never replaces one that is there: that one is newer than any file. `position` is how far the
  -- file has come; with an event after it, which may have revoked a right that the file still has,
  -- nothing is written. Events of an emptied Redis go on behind `position`, whatever its clock
  -- says.
  local function seed(k, args)
    local reader = reader_of(args)
    local name, position = reader:name('name'), reader:entry_id('position')
    local mark = redis.call('HGET', k.meta, 'seeded')
    if mark then
      return {'KEPT', mark}
    end
    local top = top_of(k.events)
    if padded(top) > padded(position) then
      return {'BEHIND'}
    end
    local checked = {}
    local first = reader.at
    while reader.at < #args do
      local key = reader:name('key')
      local _, _ = reader:text('field'), reader:text('value')
      if not checked[key] then
        check_writable(key)
        check_type(k.prefix .. ':' .. key, key, 'hash', {})
        checked[key] = true
      end
    end
    for at = first + 1, #args, 3 do
      redis.call('HSETNX', k.prefix .. ':' .. args[at], args[at + 1], args[at + 2])
    end
    if padded(top) < padded(position) and redis.call('EXISTS', k.events) == 1 then
      redis.call('XSETID', k.events, position)
    end
    mark = name .. ' ' .. digits(now_ms())
    redis.call('HSET', k.meta, 'seeded', mark)
    return {'OK', mark}
  end

  local function scan_access(k, cursor)
    local rows = {}
    local page = redis.call('HSCAN', k.access, cursor, 'COUNT', SCAN_ROWS)
    for i = 1, #page[2], 2 do
      for _, text in ipairs({page[2][i], '', page[2][i + 1]}) do
        rows[#rows + 1] = text
      end
    end
    return page[1], rows
  end

  local function scan_grants(k, cursor)
    local rows, beginning = {}, k.prefix .. ':grants:'
    local page = redis.call('SCAN', cursor, 'MATCH', beginning .. '*', 'COUNT', SCAN_ROWS, 'TYPE',
                            'hash')
    for _, key in ipairs(page[2]) do
      local chat, grants = string.sub(key, #beginning + 1), redis.call('HGETALL', key)
      for i = 1, #grants, 2 do
        for _, text in ipairs({chat, grants[i], grants[i + 1]}) do
          rows[#rows + 1] = text
        end
      end
    end
    return page[1], rows
  end

  -- bq_rights access|grants cursor -> mark ('' for none), next cursor ('0' at the end), and rows as
  -- a flat list of chat, name ('' for access) and note or letters. Each call says whose rights they
  -- are, so that a Redis emptied between two is not taken for one without rights.
  local function rights(k, args)
    local reader = reader_of(args)
    local kind, cursor = reader:text('kind'), reader:text('cursor')
    reader:finish()
    local scan = ({access = scan_access, grants = scan_grants})[kind]
    if not scan or not string.match(cursor, '^%d+$') then
      refuse('not access or grants, and a cursor')
    end
    local next_cursor, rows = scan(k, cursor)
    return {redis.call('HGET', k.meta, 'seeded') or '', next_cursor, rows}
  end

  register('bq_seed', seed, {})
  register('bq_rights', rights, {'no-writes'})
end
