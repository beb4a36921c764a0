-- TEACH in batches for wrk: every request teaches 100 new stimuli.
-- wrk -s bench/teach_batch.lua http://127.0.0.1:PORT -- TAG RESPONSE   (a different tag for every run)
dofile("bench/count.lua")
expected = 200

local EVENTS = 100

function init(args)
  wrk.headers["Content-Type"] = "application/x-ndjson"
  local lines = {}
  for line = 1, EVENTS do
    lines[line] = string.format('{"stimulus":"%s %d NNNNNNNNNN %d","response":"%s"}\n', args[1], thread_number, line, args[2])
  end
  -- Only the number changes, in place: the client must not be what is measured.
  local whole = wrk.format("POST", "/api/v1/teach:batch", nil, table.concat(lines))
  parts = {}
  for part in (whole .. "NNNNNNNNNN"):gmatch("(.-)NNNNNNNNNN") do table.insert(parts, part) end
  sent = 0
end

function request()
  sent = sent + 1
  return table.concat(parts, string.format("%010d", sent))
end
