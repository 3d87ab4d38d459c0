-- SPDX-License-Identifier: MIT
--
-- How many calls an account may make. This file is loaded as the end of functions.lua.
--
-- A window is {calls, ms}: in no `ms`, wherever they begin, more than `calls`. It has a bucket
-- that holds a burst and fills at the rest of the calls.
-- limit:<account> keeps "calls/ms" -> "tokens ms", and until_ms: nobody calls before that.

local WINDOWS_MOST = 5 -- limits that one account may have at once
local parse_windows    -- the windows that an operator wrote, or nil when they make no sense

do
  local SHORT_WINDOW_MS = 60000       -- a limit of so long, and no longer, is one of pace
  local BURST_MOST = 10               -- calls at once out of the rested bucket of such a limit

  -- At once out of a rested bucket. Of a short window only a few, which keeps the pace even; a long
  -- one is there for its sum, and whoever has rested may have half of it.
  local function burst_of(window)
    if window.ms > SHORT_WINDOW_MS then
      return math.max(1, math.floor(window.calls / 2))
    end
    return math.max(1, math.min(BURST_MOST, math.floor(window.calls / 6)))
  end

  local function read_windows(reader)
    local windows = {}
    for i = 1, reader:int('window count', 0, WINDOWS_MOST) do
      windows[i] = {calls = reader:int('calls', 0, 1e6), ms = reader:int('window_ms', 1, 1e11)}
    end
    reader:finish()
    return windows
  end

  -- Windows out of "60/60 5000/86400", calls/seconds; nil when it is something else.
  function parse_windows(text)
    local windows = {}
    for word in string.gmatch(text, '%S+') do
      local calls, seconds = string.match(word, '^(%d+)/(%d+)$')
      if not calls or #calls > 6 or #seconds > 8 or tonumber(seconds) == 0 then
        return nil
      end
      windows[#windows + 1] = {calls = tonumber(calls), ms = tonumber(seconds) * 1000}
    end
    return #windows > 0 and #windows <= WINDOWS_MOST and windows or nil
  end

  -- An operator's windows for the account, or the caller's. What the operator wrote may make no
  -- sense: that must not stop the bot, so it is only remarked upon.
  local function windows_for(k, account, asked)
    local text = redis.pcall('HGET', k.limits, account)
    if not text then
      return asked, ''
    end
    if type(text) == 'table' then
      return asked, 'limits is no hash and is ignored'
    end
    local windows = parse_windows(text)
    if windows then
      return windows, ''
    end
    return asked, string.format('"%s" in limits is ignored: it is not "calls/seconds" up to %d'
                                .. ' times, as in "60/60 5000/86400"', string.sub(text, 1, 60),
                                WINDOWS_MOST)
  end

  -- The bucket of a window as it is now. One that is new to a known account begins empty: it has
  -- not seen the calls that were made under another.
  local function bucket_of(window, state, clock)
    local burst = burst_of(window)
    local bucket = {per_ms = math.max(window.calls - burst, window.calls / 2) / window.ms,
                    name = string.format('%.0f/%.0f', window.calls, window.ms), burst = burst}
    local tokens, ms = string.match(state[bucket.name] or '', '^([%d.]+) (%d+)$')
    if not tokens then
      tokens, ms = next(state) and 0 or burst, math.max(clock, tonumber(state.until_ms or '') or 0)
    end
    local passed = math.max(0, clock - tonumber(ms))
    bucket.tokens = math.min(burst, tonumber(tokens) + passed * bucket.per_ms)
    bucket.wait_ms = bucket.tokens >= 1 and 0 or math.ceil((1 - bucket.tokens) / bucket.per_ms)
    return bucket
  end

  -- Forgets windows that nobody has asked for since they were over: settings change.
  local function forget_windows(key, state, clock)
    for name, value in pairs(state) do
      local window_ms, ms = string.match(name, '^%d+/(%d+)$'), string.match(value, ' (%d+)$')
      if name ~= 'until_ms' and (not window_ms or not ms or clock - ms > tonumber(window_ms)) then
        redis.call('HDEL', key, name)
      end
    end
  end

  local function store_bucket(key, bucket, clock)
    redis.call('HSET', key, bucket.name, string.format('%.9f %.0f', bucket.tokens, clock))
    local full_ms = math.ceil(bucket.burst / bucket.per_ms) + SHORT_WINDOW_MS
    if full_ms > redis.call('PTTL', key) then
      redis.call('PEXPIRE', key, digits(full_ms))
    end
  end

  -- bq_limit account windows... -> milliseconds to wait, 0 for go; a remark about the operator's
  -- windows, or ''. A call passes when every window has room, and takes from all of them. A window
  -- of 0 calls is no limit.
  local function limit(k, args)
    local reader = reader_of(args)
    local account = reader:name('account')
    local key, asked = k.prefix .. ':limit:' .. account, read_windows(reader)
    check_type(key, 'limit', 'hash', {})
    local windows, remark = windows_for(k, account, asked)
    local clock, state, buckets = now_ms(), {}, {}
    local stored = redis.call('HGETALL', key)
    for i = 1, #stored, 2 do
      state[stored[i]] = stored[i + 1]
    end
    local until_ms = tonumber(state.until_ms or '') or 0
    if until_ms > clock then
      return {until_ms - clock, remark}
    end
    local wait_ms = 0
    for _, window in ipairs(windows) do
      if window.calls > 0 then
        local bucket = bucket_of(window, state, clock)
        wait_ms = math.max(wait_ms, bucket.wait_ms)
        buckets[#buckets + 1] = bucket
      end
    end
    forget_windows(key, state, clock)
    for _, bucket in ipairs(buckets) do
      bucket.tokens = wait_ms == 0 and bucket.tokens - 1 or bucket.tokens
      store_bucket(key, bucket, clock)
    end
    return {wait_ms, remark}
  end

  -- bq_limit_hit account ms -> OK. The longer of two waits counts, and the buckets of short windows
  -- start empty after it.
  local function limit_hit(k, args)
    local reader = reader_of(args)
    local key = k.prefix .. ':limit:' .. reader:name('account')
    local ms = reader:int('ms', 0, 1e9)
    reader:finish()
    check_type(key, 'limit', 'hash', {})
    local clock = now_ms()
    local until_ms = tonumber(redis.call('HGET', key, 'until_ms') or '') or 0
    until_ms = math.max(until_ms, clock + ms)
    for _, name in ipairs(redis.call('HKEYS', key)) do
      local window_ms = tonumber(string.match(name, '^%d+/(%d+)$') or '')
      if window_ms and window_ms <= SHORT_WINDOW_MS then
        redis.call('HSET', key, name, '0 ' .. digits(until_ms))
      end
    end
    redis.call('HSET', key, 'until_ms', digits(until_ms))
    local left_ms = until_ms - clock + SHORT_WINDOW_MS
    if left_ms > redis.call('PTTL', key) then
      redis.call('PEXPIRE', key, digits(left_ms))
    end
    return redis.status_reply('OK')
  end

  register('bq_limit', limit, {'allow-oom'})
  register('bq_limit_hit', limit_hit, {'allow-oom'})
end
