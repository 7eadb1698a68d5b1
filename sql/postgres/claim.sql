-- Hold a claim: a lock that goes with its connection, which does nothing meanwhile and must not be closed for that.
select pg_try_advisory_lock(%(family)s::int, %(key)s::int), set_config('idle_session_timeout', '0', false)
