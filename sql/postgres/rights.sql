-- One row: who the server says we are, what that login may do here, and what it may not even read. A relation that the
-- login may not read is hidden from information_schema, as if it were not there.
select session_user::varchar as login,
       coalesce(bool_or(r.readable) filter (where r.name = 'core.recipient_numbers'), false) as numbers,
       coalesce(bool_or(true) filter (where r.name = 'core.recipient_numbers'), false) as has_numbers,
       coalesce(bool_or(r.status) filter (where r.name = 'core.campaigns'), false)
         and coalesce(bool_or(r.insertable) filter (where r.name = 'kit.audit_events'), false) as operator,
       coalesce(bool_or(r.moderation) filter (where r.name = 'core.campaigns'), false) as moderator,
       coalesce(bool_or(r.tallied) filter (where r.name = 'core.campaigns') and bool_or(r.readable) filter (where r.name = 'kit.senders'), false)
         as tallied,
       coalesce(array_agg(r.name order by r.name) filter (where not r.readable), '{}')::varchar[] as hidden
from (
  select n.nspname || '.' || c.relname as name,
         has_schema_privilege(n.oid, 'USAGE') and has_any_column_privilege(c.oid, 'SELECT') as readable,
         has_schema_privilege(n.oid, 'USAGE') and has_any_column_privilege(c.oid, 'INSERT') as insertable,
         exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'status'
                 and has_column_privilege(c.oid, a.attnum, 'UPDATE')) as status,
         exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'moderation'
                 and has_column_privilege(c.oid, a.attnum, 'UPDATE')) as moderation,
         exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'campaignkit_tally' and t.tgenabled = 'A') as tallied
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('core', 'kit') and c.relkind in ('r', 'p', 'v', 'm', 'f')
) r
