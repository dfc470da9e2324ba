-- One change of any rows of a course, made by somebody who knew all that is in the course.
--
-- KEYS: state, documents, rows, counters, log, lock, blobs (all with the course's tag).
-- ARGV: what is asked (MessagePack, `plans.Rows.packed`), the log's entry, then fields and values of
-- documents, rows and blobs (`plans.Rows.values`), at last the channel to publish in.
-- Answers {"OK"}, or {reason}: ERA, BUSY, AGAIN. Nothing is written then.

local ask = cmsgpack.unpack(ARGV[1])
local state = redis.call("HMGET", KEYS[1], "era", "n")
local era, n = state[1], tonumber(state[2] or 0)

if (era or "") ~= ask.era or n < ask.base then return {"ERA"} end
local lock = redis.call("GET", KEYS[6])
if lock and lock ~= ask.token then return {"BUSY"} end
if n ~= ask.base then return {"AGAIN"} end

n = n + 1
local function each(command, key, list, first, last, step)
  for at = first, last, step do  -- in parts: a call takes only so many arguments
    redis.call(command, key, unpack(list, at, math.min(at + step - 1, last)))
  end
end

local at = 3
for place, name in ipairs({"documents", "rows", "blobs"}) do
  local key = KEYS[({2, 3, 7})[place]]
  local gone, values = ask[name .. "_gone"], ask[name]
  each("HDEL", key, gone, 1, #gone, 1000)
  each("HSET", key, ARGV, at, at + values - 1, 1000)
  at = at + values
end
for _, field in ipairs(ask.counters) do redis.call("HSET", KEYS[4], field, n) end
redis.call("HSET", KEYS[1], "era", ask.next_era, "n", n)
redis.call("XADD", KEYS[5], "MAXLEN", "~", 4096, n .. "-1", "e", ARGV[2])
if ask.forgets then
  -- What is erased is named in no entry any more. A process that lacks one loads the course anew.
  redis.call("XTRIM", KEYS[5], "MAXLEN", 0)
  -- Nor in a counter: they all count as changed now.
  redis.call("DEL", KEYS[4])
  redis.call("HSET", KEYS[4], "all", n)
end
redis.call("PUBLISH", ARGV[#ARGV], ARGV[2])
return {"OK"}
