-- SPDX-License-Identifier: MIT
--
-- Alarms: what administrators are told of without asking; shared/queue/alarm.h says how.
-- This file is loaded as the end of functions.lua, after report.lua.
--
-- alarms: cause -> JSON of the one who looked last (shared/ops/alarm.h); looked -> "<Unix ms>".
do
  local CHANGES_MOST = 100
  local LOOKED = 'looked' -- no cause is called so

  local function key_of(k)
    local key = k.prefix .. ':alarms'
    check_type(key, 'alarms', 'hash', {})
    return key
  end

  -- bq_alarm_turn every_ms -> whether it is the caller's turn to look, the time, and when the look
  -- before was; 0 for never. Taken by one in every_ms, whoever asks.
  local function turn(k, args)
    local reader = reader_of(args)
    local every_ms = reader:int('every_ms', 1, 1e9)
    reader:finish()
    local key, now = key_of(k), now_ms()
    local looked = tonumber(redis.call('HGET', key, LOOKED) or '') or 0
    if looked <= now and now - looked < every_ms then -- later than now: the clock was set back
      return {0, now, looked}
    end
    redis.call('HSET', key, LOOKED, digits(now))
    return {1, now, looked}
  end

  -- bq_alarm (count cause was becomes)... outcome -> 1, or 0 when some cause is not what it was for
  -- the caller: then somebody else has told of it. '' is none.
  local function alarm(k, args)
    local reader, changes = reader_of(args), {}
    for i = 1, reader:int('change count', 1, CHANGES_MOST) do
      changes[i] = {cause = reader:name('cause'), was = reader:text('was'),
                    becomes = reader:text('becomes')}
    end
    local outcome, key = read_outcome(reader), key_of(k)
    check_outcome(k, outcome)
    for _, change in ipairs(changes) do
      if (redis.call('HGET', key, change.cause) or '') ~= change.was then
        return 0
      end
    end
    for _, change in ipairs(changes) do
      if change.becomes == '' then
        redis.call('HDEL', key, change.cause)
      else
        redis.call('HSET', key, change.cause, change.becomes)
      end
    end
    apply(k, outcome)
    return 1
  end

  register('bq_alarm_turn', turn, {'allow-oom'})
  register('bq_alarm', alarm, {'allow-oom'})
end
