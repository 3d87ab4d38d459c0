-- SPDX-License-Identifier: MIT
--
-- What each process says of itself; shared/queue/report.h says what for.
-- This file is loaded as the end of functions.lua, after survey.lua.
--
-- services: process -> "<Unix ms of this report> <JSON>". A process that is gone for good leaves its last
-- report behind for a day: others clear it away, looking at a few with each report of their own.

local REPORT_BYTES_MOST = 32768
local REPORTS_LOOKED_AT = 3

-- How long ago a report was made; the JSON behind it is the process's own.
local function report_age_ms(report, now)
  return now - (tonumber(string.match(report, '^(%d+) ') or '') or 0)
end

-- bq_report process json -> how many others were cleared away.
local function report(k, args)
  local reader = reader_of(args)
  local process, json = reader:name('process'), reader:text('json')
  local key, now, old = k.prefix .. ':services', now_ms(), {}
  reader:finish()
  if #json > REPORT_BYTES_MOST then
    refuse('json: over %d bytes', REPORT_BYTES_MOST)
  end
  check_type(key, 'services', 'hash', {})
  local some = redis.call('HRANDFIELD', key, REPORTS_LOOKED_AT, 'WITHVALUES')
  for i = 1, #some, 2 do
    if report_age_ms(some[i + 1], now) > DAY_S * 1000 then
      old[#old + 1] = some[i]
    end
  end
  if #old > 0 then
    redis.call('HDEL', key, unpack(old))
  end
  redis.call('HSET', key, process, digits(now) .. ' ' .. json)
  return #old
end

register('bq_report', report, {'allow-oom'})
