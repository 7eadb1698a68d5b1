-- What the holder of a claim calls itself: the name and its note. Whoever dies, lets go.
select a.application_name
from pg_locks l
join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = %(family)s::bigint::oid
  and l.objid = %(key)s::bigint::oid and l.database = (select d.oid from pg_database d where d.datname = current_database())
