-- SPDX-License-Identifier: MIT
--
-- What a person on call says about how many calls may be made, and when: the account's limits, and
-- waits that are known to be void. This file is loaded as the end of functions.lua, after
-- operators.lua, whose rules for functions of people it follows.

do
  -- bq_set_limits account text who why: calls/seconds, up to five, as in "60/60 5000/86400"; the
  -- text "" gives the account back to the worker's own settings.
  local function set_limits(k, args)
    local reader = reader_of(args)
    local account, text, request = reader:name('account'), reader:text('limits'), read_request(reader)
    finish(reader, request)
    text = string.gsub(text, ',', ' ')
    if text ~= '' and not parse_windows(text) then
      refuse('limits: not calls/seconds up to %d times, as in 60/60 5000/86400', WINDOWS_MOST)
    end
    check_type(k.limits, 'limits', 'hash', {})
    check_type(k.events, 'events', 'stream', {})
    local before = redis.call('HGET', k.limits, account)
    if text == '' and not before then
      return not_found('no limits are set for %s: the worker\'s own hold', account)
    end
    local now_hold = text == '' and 'the worker\'s own limits hold' or text .. ' holds'
    if request.dry_run then
      return sentence('would be set: for %s %s', account, now_hold)
    end
    if text == '' then
      redis.call('HDEL', k.limits, account)
    else
      redis.call('HSET', k.limits, account, text)
    end
    log_operator(k, 'limits', request, {target = account,
                                        before = before and json_of({'limits', before})})
    return sentence('for %s %s from the next call on', account, now_hold)
  end

  -- Ends a wait that the hosting imposed. Buckets that are empty until then are empty from now on.
  local function clear_account(k, account, clock)
    local key = k.prefix .. ':limit:' .. account
    local state = redis.call('HGETALL', key)
    for i = 1, #state, 2 do
      local tokens, ms = string.match(state[i + 1], '^([%d.]+) (%d+)$')
      if tokens and tonumber(ms) > clock then
        redis.call('HSET', key, state[i], tokens .. ' ' .. digits(clock))
      end
    end
    redis.call('HDEL', key, 'until_ms')
  end

  -- Until when nobody calls for the account, or nothing is sent to the chat; nil when there is no wait.
  local function wait_of(k, account, chat, clock)
    local until_ms
    if chat then
      until_ms = redis.call('GET', k.prefix .. ':flood:' .. chat)
    else
      until_ms = redis.call('HGET', k.prefix .. ':limit:' .. account, 'until_ms')
    end
    until_ms = tonumber(until_ms or '')
    return until_ms and until_ms > clock and until_ms or nil
  end

  -- bq_clear_wait account|chat:<id> who why: forgets a wait that the hosting or Telegram imposed.
  local function clear_wait(k, args)
    local reader = reader_of(args)
    local what, request = reader:name('account'), read_request(reader)
    finish(reader, request)
    local chat = string.match(what, '^chat:(%-?%d+)$')
    if chat then
      check_type(k.prefix .. ':flood:' .. chat, 'flood', 'string', {})
    else
      check_type(k.prefix .. ':limit:' .. what, 'limit', 'hash', {})
    end
    check_type(k.events, 'events', 'stream', {})
    local clock = now_ms()
    local until_ms = wait_of(k, what, chat, clock)
    if not until_ms then
      return not_found('nothing makes %s wait', what)
    end
    local left = seconds(until_ms - clock)
    if request.dry_run then
      return sentence('would end the wait of %s, %s before its time', what, left)
    end
    if chat then
      redis.call('DEL', k.prefix .. ':flood:' .. chat)
    else
      clear_account(k, what, clock)
    end
    log_operator(k, 'clear_wait', request, {target = what,
                                            before = json_of({'until_ms', until_ms})})
    return sentence('%s waited for %s longer and goes on within seconds', what, left)
  end

  register('bq_set_limits', set_limits, {'allow-oom'})
  register('bq_clear_wait', clear_wait, {'allow-oom'})
end
