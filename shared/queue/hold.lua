-- SPDX-License-Identifier: MIT
--
-- One change at a time for each name; shared/queue/hold.h says why.
-- This file is loaded as the end of functions.lua, after seed.lua.
--
-- hold:<name> is the entry whose change is under way. It is good as long as that entry is worked on
-- or waits to be: nobody has to let go, and what is left of an entry that has ended binds nobody.
-- Unless nobody knows what became of it: what it called may be carried out yet, and would take back
-- what another writes meanwhile. Then it binds until its time has run out, or a person has settled
-- the entry in `unknown`.

local function binds(k, id)
  return is_running(k, id) or
         (is_entry_id(id) and redis.call('HEXISTS', k.unknown, update_id_of(id)) == 1)
end

-- bq_hold consumer id name ttl_ms -> OK, HELD, or LOST. Asked again by the same, the time begins anew.
local function hold(k, args)
  local reader = reader_of(args)
  local consumer, id = reader:consumer(), reader:entry_id('id')
  local key, ttl_ms = k.prefix .. ':hold:' .. reader:name('name'), reader:int('ttl_ms', 1, 1e10)
  reader:finish()
  if holder(k.updates, WORKERS, id) ~= consumer then
    return {'LOST'}
  end
  check_type(key, 'hold', 'string', {})
  local current = redis.call('GET', key)
  if current and current ~= id and binds(k, current) then
    return {'HELD'}
  end
  redis.call('SET', key, id, 'PX', digits(ttl_ms))
  return {'OK'}
end

register('bq_hold', hold, {'allow-oom'})
