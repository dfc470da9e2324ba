-- Lead a course, or go on leading it: one process at a time runs its timers.
--
-- KEYS: leader, state. ARGV: the process, milliseconds until the lease ends by itself.
-- Answers the lease's number, which is higher at each change of the leader; 0: another leads.

local holder = redis.call("HGET", KEYS[1], "holder")
if holder and holder ~= ARGV[1] then return 0 end
if not holder then
  local fence = redis.call("HINCRBY", KEYS[2], "fence", 1)
  redis.call("HSET", KEYS[1], "holder", ARGV[1], "fence", fence)
end
redis.call("PEXPIRE", KEYS[1], ARGV[2])
return tonumber(redis.call("HGET", KEYS[1], "fence"))
