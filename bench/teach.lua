-- TEACH for wrk: every request teaches a new stimulus.
-- wrk -s bench/teach.lua http://127.0.0.1:PORT -- TAG RESPONSE   (a different tag for every run)
dofile("bench/count.lua")
expected = 201

function init(args)
  local head = string.format('{"stimulus":"%s %d ', args[1], thread_number)
  local tail = string.format('","response":"%s"}', args[2])
  wrk.headers["Content-Type"] = "application/json"
  -- The request is formatted once and only its number changes: the client must not be what is measured.
  local whole = wrk.format("POST", "/api/v1/teach", nil, head .. "NNNNNNNNNN" .. tail)
  before, after = whole:match("^(.*)NNNNNNNNNN(.*)$")
  sent = 0
end

function request()
  sent = sent + 1
  return before .. string.format("%010d", sent) .. after
end
