-- An empty POST for wrk, of the size of a TEACH: what HTTP alone costs on this machine.
-- wrk -s bench/empty.lua http://127.0.0.1:PORT -- BODY
dofile("bench/count.lua")
expected = 201

function init(args)
  wrk.headers["Content-Type"] = "application/json"
  whole = wrk.format("POST", "/", nil, args[1])
end

function request()
  return whole
end
