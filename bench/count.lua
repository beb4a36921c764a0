-- Shared by the scripts beside it: counts the responses, and reports them in one line that bench/load.py reads.
-- wrk itself treats only a status above 399 as an error; here every status but the expected one is.
local threads = {}

function setup(thread)
  thread:set("thread_number", #threads)
  table.insert(threads, thread)
end

wrong = 0

function response(status)
  if status ~= expected then wrong = wrong + 1 end
end

function done(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("wrong") end
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('{"rate": %f, "p50": %f, "p99": %f, "errors": %d}\n',
    (summary.requests - wrong) / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, wrong + lost))
end
