-- Try to be the only one who creates or upgrades the schema of this database. Whoever waits asks again and again: a wait
-- inside the server would hold a snapshot, and an index that is built meanwhile waits for the end of every snapshot.
select pg_try_advisory_lock(1667983732, 1)
