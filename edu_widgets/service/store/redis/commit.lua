-- One command: checks that what its rule has read is unchanged, then writes what it decided.
--
-- KEYS: state, documents, rows, counters, log, lock, leader (all with the course's tag).
-- ARGV: the plan (MessagePack, `plans.Plan.packed`), the channel to publish in.
-- Answers {"OK", entry}, or {reason}: ERA, BUSY, FENCED, AGAIN, KIND. Nothing is written then.

local plan = cmsgpack.unpack(ARGV[1])
local state = redis.call("HMGET", KEYS[1], "era", "n")
local era, n = state[1], tonumber(state[2] or 0)

if (era or "") ~= plan.era or n < plan.base then return {"ERA"} end
local lock = redis.call("GET", KEYS[6])
if lock and lock ~= plan.token then return {"BUSY"} end
if plan.fence > 0 and tonumber(redis.call("HGET", KEYS[7], "fence") or 0) ~= plan.fence then
  return {"FENCED"}
end
if plan.reply and redis.call("HEXISTS", KEYS[3], plan.reply_field) == 1 then return {"AGAIN"} end

local known = {}
local function document(field)
  if known[field] == nil then
    local raw = redis.call("HGET", KEYS[2], field)
    known[field] = raw and cmsgpack.unpack(raw) or false
  end
  return known[field]
end

for _, read in ipairs(plan.reads) do
  local doc = document(read[1])
  if (doc and doc[3] or 0) ~= read[2] then return {"AGAIN"} end
end
if #plan.counters > 0 and tonumber(redis.call("HGET", KEYS[4], "all") or 0) > plan.base then
  return {"AGAIN"}
end
for _, field in ipairs(plan.counters) do
  if tonumber(redis.call("HGET", KEYS[4], field) or 0) > plan.base then return {"AGAIN"} end
end
for _, channel in ipairs(plan.writes) do
  for _, item in ipairs(channel.docs) do
    local doc = document(channel.name .. "\0" .. item[1])
    if doc and doc[1] ~= item[2] then return {"KIND"} end
  end
end

-- From here on everything is written: nothing below may fail.
if not era then era = plan.fresh end
n = n + 1
local function channel_row(name)
  local raw = redis.call("HGET", KEYS[3], "channels\0" .. name)
  return raw and cmsgpack.unpack(raw)
end

local changes, heads, own = {}, {}, false
for _, channel in ipairs(plan.writes) do
  local name = channel.name
  local row = channel_row(name) or {name, plan.course, plan.epoch, 0, 0, 0}
  local prev = row[4]
  local docs = {}
  for _, item in ipairs(channel.docs) do
    local id, kind, body = item[1], item[2], item[3]
    local field = name .. "\0" .. id
    local before = known[field]
    row[4] = row[4] + 1
    local doc = {kind, row[4], row[4], plan.now, item[4], item[5], body}
    if before then doc[2], doc[5], doc[6] = before[2], before[5], before[6] end
    redis.call("HSET", KEYS[2], field, cmsgpack.pack(doc))
    redis.call("HSET", KEYS[4], name .. "\0" .. kind, n)
    docs[#docs + 1] = {id, doc[1], doc[2], doc[3], doc[4], doc[5], doc[6], doc[7]}
  end
  redis.call("HSET", KEYS[3], "channels\0" .. name, cmsgpack.pack(row))
  changes[#changes + 1] = {name, row[3], prev, row[4], docs}
  if name == plan.channel then own = row[4] end
  for _, told in ipairs(plan.told) do
    if told == name then heads[name] = row[4] end
  end
end
if not own then
  local row = channel_row(plan.channel)
  own = row and row[4] or 0
end

local reply = false
if plan.reply then
  reply = plan.reply
  reply[5], reply[7] = own, cjson.encode(heads)
  redis.call("HSET", KEYS[3], plan.reply_field, cmsgpack.pack(reply))
  if reply[8] ~= "" then
    redis.call("HSET", KEYS[4], "w\0" .. reply[2] .. "\0" .. reply[8], n)
  end
end

local entry = cmsgpack.pack({n, era, plan.origin, 0, plan.urgent, changes, reply, own, heads})
redis.call("HSET", KEYS[1], "era", era, "n", n)
redis.call("XADD", KEYS[5], "MAXLEN", "~", 4096, n .. "-1", "e", entry)
redis.call("PUBLISH", ARGV[2], entry)
return {"OK", entry}
