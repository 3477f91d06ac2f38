-- Asks a file's addresses in turn, from a place on, and says at the end what was answered.
-- Arguments: the file (a line is an address, or an address, a tab and an entity tag), the first line, "count" or "".

local requests, place = {}, 0
local threads = {}
answered = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function init(arguments)
   for line in io.lines(arguments[1]) do
      local path, tag = line:match("^([^\t]*)\t?(.*)$")
      local headers = {}
      for name, value in pairs(wrk.headers) do headers[name] = value end
      if tag ~= "" then headers["If-None-Match"] = tag end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
   -- wrk draws one request only to look at it.
   place = (tonumber(arguments[2]) - 1) % #requests
   if arguments[3] == "count" then
      function response(status, headers)
         local kind = status .. " " .. (headers["X-Cache"] or headers["x-cache"] or "-")
         answered[kind] = (answered[kind] or 0) + 1
      end
   end
end

function request()
   place = place % #requests + 1
   return requests[place]
end

function done(summary, latency)
   local parts = {}
   for _, thread in ipairs(threads) do
      for kind, number in pairs(thread:get("answered")) do
         parts[#parts + 1] = string.format('["%s", %d]', kind, number)
      end
   end
   local errors = summary.errors
   io.write(string.format(
      'RESULT {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "answered": [%s], '
         .. '"p50": %f, "p95": %f, "p99": %f, "slowest": %f}\n',
      summary.requests, summary.duration, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout, table.concat(parts, ", "),
      latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
