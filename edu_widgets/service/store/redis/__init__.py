"""The store of several processes: a course in Redis, and in each process a mirror of it.

The mirror (`mirror`) is an SQLite file with the tables of the one-process store, so rules,
catch-ups and searches read locally. What is written goes through Lua scripts: `commit.lua` checks
that what a rule has read is still so, numbers the changes, appends them to the course's log and
publishes them. Every process applies the log's entries to its mirror in their order (`replica`).
"""
