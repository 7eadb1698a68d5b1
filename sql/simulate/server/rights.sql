-- What this login may not do of what Core does. Beside core.* the stand-in has a schema of its own.
select w.relation, w.what
from (
  values
    (1, 'core.workspaces', 'SELECT', 'read'), (2, 'core.campaigns', 'SELECT', 'read'), (3, 'core.campaigns', 'UPDATE', 'change'),
    (4, 'core.recipients', 'SELECT', 'read all of'), (5, 'core.recipients', 'INSERT', 'add to'), (6, 'core.recipients', 'UPDATE', 'change'),
    (7, 'core.state_events', 'SELECT', 'read'), (8, 'core.state_events', 'INSERT', 'add to'),
    (9, 'core.job_errors', 'SELECT', 'read'), (10, 'core.job_errors', 'INSERT', 'add to'),
    (11, 'core.audit_events', 'SELECT', 'read'), (12, 'core.audit_events', 'INSERT', 'add to'),
    (13, 'core.recipient_numbers', 'SELECT', 'read'), (14, 'core.recipient_numbers', 'INSERT', 'add to'),
    (15, 'kit.archived', 'SELECT', 'read')
) as w(place, relation, privilege, what)
where to_regclass(w.relation) is not null and not has_table_privilege(w.relation, w.privilege)
union all
select 'sim', 'make the schema'
where not exists (select from pg_namespace n where n.nspname = 'sim') and not has_database_privilege(current_database(), 'CREATE')
union all
select 'sim.' || c.relname, 'change'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'sim' and not (pg_has_role(c.relowner, 'USAGE') and pg_has_role(n.nspowner, 'USAGE'))
