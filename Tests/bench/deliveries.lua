-- Posts each prepared delivery once; a run that needs more than were prepared reports itself.
local file = os.getenv("DELIVERIES")
local bodies, stamp = {}, io.open(file .. ".time"):read("*a")
for body in io.lines(file .. ".bodies") do bodies[#bodies + 1] = body end
local threads = {}
function setup(thread)
  thread:set("part", #threads)
  threads[#threads + 1] = thread
end
function init(args)
  parts, queue, position, exhausted = tonumber(os.getenv("THREADS")), {}, 0, 0
  local number = 0
  for line in io.lines(file) do
    if number % parts == part then queue[#queue + 1] = line end
    number = number + 1
  end
end
function request()
  position = position + 1
  if position > #queue then position, exhausted = 1, exhausted + 1 end
  local id, signature, index = queue[position]:match("(%S+) (%S+) (%S+)")
  return wrk.format("POST", nil, {
    ["Content-Type"] = "application/json", ["webhook-id"] = id, ["webhook-timestamp"] = stamp,
    ["webhook-signature"] = "v1," .. signature }, bodies[tonumber(index)])
end
function done(summary, latency)
  local exhausted = 0
  for _, thread in ipairs(threads) do exhausted = exhausted + thread:get("exhausted") end
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format("RESULT %.0f %.3f %.3f %d %d", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad, exhausted))
end
