-- Token buckets in Redis: atomic, and by Redis's own clock. Twin of bucket.py, which explains the arithmetic: the same
-- whole numbers, all of them below 2^53.
--
-- KEYS     the buckets of one client, each: microseconds since the epoch at which it is full; a full one has no key
-- ARGV     tokens wanted, smallest number of use, tokens handed back, the moment (for tests, else empty); then for
--          each bucket its rate per minute and its burst
-- returns  tokens given, tokens left, microseconds until there are enough, the moment
local MINUTE = 60000000
local wanted, least, unused = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end

local available, wait, lacking = nil, 0, {}
for number, key in ipairs(KEYS) do
    local rate, burst = tonumber(ARGV[3 + 2 * number]), tonumber(ARGV[4 + 2 * number])
    -- A value that is no number counts as a full bucket, as an absent one does.
    local full_at = tonumber(redis.call('GET', key) or '') or now
    local whole = math.ceil(burst * MINUTE / rate)
    local lack = full_at - math.floor(unused * MINUTE / rate) - now
    if not (lack > 0) then
        lack = 0
    elseif lack > whole then
        lack = whole
    end
    lacking[number] = lack
    available = math.min(available or burst, math.max(0, math.floor((burst * MINUTE - lack * rate) / MINUTE)))
    wait = math.max(wait, lack - math.floor((burst - least) * MINUTE / rate))
end

local granted = math.min(wanted, available)
if granted < least then
    granted = 0
else
    wait = 0
end

for number, key in ipairs(KEYS) do
    local lack = lacking[number] + math.ceil(granted * MINUTE / tonumber(ARGV[3 + 2 * number]))
    if lack > 0 then
        redis.call('SET', key, string.format('%.0f', now + lack), 'PX', math.ceil(lack / 1000))
    else
        redis.call('DEL', key)
    end
end
return {granted, available - granted, wait, now}
