-- Let go of a claim now, and not when the server notices that its connection is gone.
select pg_advisory_unlock(%(family)s::int, %(key)s::int)
