-- The tables that this login may give indexes to, with what each index of theirs covers; one that was not finished covers
-- nothing and is in the way.
select n.nspname || '.' || c.relname as relation, quote_ident(n.nspname) || '.' || quote_ident(i.relname) as index,
       x.indisvalid as valid, substring(pg_get_indexdef(x.indexrelid) from 'USING btree (.*)$') as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_index x on x.indrelid = c.oid
left join pg_class i on i.oid = x.indexrelid
where n.nspname in ('core', 'kit') and c.relkind = 'r' and pg_has_role(c.relowner, 'USAGE')
