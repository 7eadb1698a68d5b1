-- The relations of core.*, what each is, and what is written on it: `campaignkit adopt` signs what it makes.
select c.relname::varchar as relation, c.relkind::varchar as kind, coalesce(obj_description(c.oid, 'pg_class'), '') as note,
       (select array_agg(pg_get_triggerdef(t.oid) order by t.tgname) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
         as triggers
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'core' and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by c.relname
