-- The token bucket in Redis: atomic, and by Redis's own clock. Twin of bucket.py, which explains the arithmetic: the
-- same whole numbers, all of them below 2^53.
--
-- KEYS[1]  the bucket: microseconds since the epoch at which it is full; a full one has no key
-- ARGV     rate per minute, burst, tokens wanted, smallest number of use, tokens handed back; for tests: the moment
-- returns  tokens given, tokens left, microseconds until there are enough, the moment
local MINUTE = 60000000
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local wanted, least, unused = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now = tonumber(ARGV[6] or '')
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end

-- A value that is no number counts as a full bucket, as an absent one does.
local full_at = tonumber(redis.call('GET', KEYS[1]) or '') or now
local whole = math.ceil(burst * MINUTE / rate)
local lacking = full_at - math.floor(unused * MINUTE / rate) - now
if not (lacking > 0) then
    lacking = 0
elseif lacking > whole then
    lacking = whole
end

local available = math.max(0, math.floor((burst * MINUTE - lacking * rate) / MINUTE))
local granted, wait = math.min(wanted, available), 0
if granted < least then
    granted = 0
    wait = lacking - math.floor((burst - least) * MINUTE / rate)
else
    lacking = lacking + math.ceil(granted * MINUTE / rate)
end

-- Something is always lacking here: the tokens just taken, or those that could not be.
redis.call('SET', KEYS[1], string.format('%.0f', now + lacking), 'PX', math.ceil(lacking / 1000))
return {granted, available - granted, wait, now}
