-- Bodies as update_engine writes them, for machines 0 .. COUNT-1 (see updates_load.py).
local kind = os.getenv("BENCH_KIND")
local count = tonumber(os.getenv("BENCH_COUNT"))
local first = tonumber(os.getenv("BENCH_FIRST"))
local oems = {"qemu", "azure", "ami", "gce", "vmware", "openstack"}
local made = 0
local threads = 0

function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

local function identity(number)
  local part = string.format("%08x", (number * 2654435761) % 4294967296)
  return part .. part .. part .. part
end

local function body(number, track, release, status)
  return '<?xml version="1.0" encoding="UTF-8"?>\n<request protocol="3.0"'
    .. ' version="update_engine-0.4.10" updaterversion="update_engine-0.4.10"'
    .. ' installsource="scheduler" ismachine="1">\n<os version="Chateau" platform="CoreOS"'
    .. ' sp="' .. release .. '_x86_64"></os>\n'
    .. '<app appid="{e96281a6-d1af-4bde-9a0a-97b76e56dc57}" version="' .. release
    .. '" track="' .. track .. '" bootid="{e5a142f8-1c7a-4986-a21d-1e770edd39fd}" oem="'
    .. oems[number % 6 + 1] .. '" oemversion="1" alephversion="4459.2.0" machineid="'
    .. identity(number) .. '" machinealias="node-' .. number
    .. '" lang="en-US" board="amd64-usr" hardware_class="" delta_okay="false">' .. status
    .. '</app>\n</request>\n'
end

local check = '<ping active="1"></ping><updatecheck></updatecheck>'
  .. '<event eventtype="3" eventresult="2" previousversion=""></event>'

local function steady()
  local number = math.random(0, count / 10 - 1) * 10 + math.random(3, 9)
  return body(number, "steady", "4593.2.5", check)
end

local function limited()
  local number = math.random(0, count / 10 - 1) * 10 + math.random(0, 2)
  return body(number, "limited", "4459.2.0", check)
end

local function fresh()
  made = made + 1
  local number = first + thread_number * 500000 + made
  return body(number, "fresh", "4593.2.5", check)
end

local function ping()
  local number = math.random(0, count / 10 - 1) * 10 + math.random(3, 9)
  return body(number, "steady", "4593.2.5", '<ping active="1"></ping>')
end

local function mixed()
  local dice = math.random(1, 100)
  if dice <= 66 then return steady() end
  if dice <= 93 then return limited() end
  if dice <= 98 then return ping() end
  return fresh()
end

-- Every machine once, so that the server remembers them: two threads, one parity each.
local function warm()
  made = made + 2
  local number = (first + made + thread_number) % count
  if number % 10 < 3 then return body(number, "limited", "4459.2.0", check) end
  return body(number, "steady", "4593.2.5", check)
end

local makers = {warm = warm, steady = steady, limited = limited, fresh = fresh, mixed = mixed}

function init(args)
  math.randomseed(os.time() + thread_number * 7919)
end

function request()
  return wrk.format("POST", "/v1/update/", {["Content-Type"] = "text/xml"}, makers[kind]())
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"bad":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
