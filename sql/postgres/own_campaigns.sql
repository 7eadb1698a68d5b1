-- One row if core.campaigns is a table of this login's own, and its recipients are counted.
select c.relname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'core' and c.relname = 'campaigns' and c.relkind = 'r' and pg_has_role(c.relowner, 'USAGE')
  and exists (
    select 1 from pg_class k join pg_namespace m on m.oid = k.relnamespace
    where m.nspname = 'kit' and k.relname = 'counted' and k.relkind = 'r'
  )
