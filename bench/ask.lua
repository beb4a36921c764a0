-- ASK for wrk: every request asks one of the stimuli that bench/run taught, "TAG 0000000001" and so on.
-- wrk -s bench/ask.lua http://127.0.0.1:PORT -- TAG COUNT
dofile("bench/count.lua")
expected = 200

function init(args)
  wrk.headers["Content-Type"] = "application/json"
  local body = string.format('{"stimulus":"%s NNNNNNNNNN"}', args[1])
  before, after = wrk.format("POST", "/api/v1/ask", nil, body):match("^(.*)NNNNNNNNNN(.*)$")
  count = tonumber(args[2])
  math.randomseed(thread_number + 1)
end

function request()
  return before .. string.format("%010d", math.random(count)) .. after
end
