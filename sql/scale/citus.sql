-- Past one machine: distributes by campaign what grows with the messages, over the nodes of a Citus cluster, once `campaignkit
-- init` has made it. Everything else stays on the coordinator, where lists, counts, actions and the audit trail are plain
-- PostgreSQL, triggers included. No statement of the toolkit knows of it. An optional last step, for a superuser, with
-- psql -v ON_ERROR_STOP=1 -f: each statement is a transaction of its own, as Citus wants it, and does nothing where it has
-- been carried out already. The counts of a campaign stay too, small as they are: Citus joins no local table with a
-- distributed one from the outside.
select create_distributed_table('core.recipients', 'campaign_id')
where not exists (select from pg_dist_partition p where p.logicalrelid = 'core.recipients'::regclass);

select create_distributed_table(t.relation, 'campaign_id', colocate_with => 'core.recipients')
from (select to_regclass('core.recipient_numbers')) as t(relation)  -- not every source has it
where t.relation is not null and not exists (select from pg_dist_partition p where p.logicalrelid = t.relation);

-- The rows have been copied to the nodes; what is left of them here, nobody sees any more.
select truncate_local_data_after_distributing_table('core.recipients');

select truncate_local_data_after_distributing_table(t.relation)
from (select to_regclass('core.recipient_numbers')) as t(relation)
where t.relation is not null;

-- Nodes know nobody who was there before them: tell them our groups, who is in them, and by which password.
do $$
declare
  refused text;
begin
  select string_agg(format('%s:%s said: %s', n.nodename, n.nodeport, n.result), '; ') into refused
  from run_command_on_workers((
    with recursive ours (role) as (
      select a.oid from pg_authid a
      where a.rolname in ('campaignkit_viewer', 'campaignkit_operator', 'campaignkit_moderator', 'campaignkit_pii')
      union
      select m.member from pg_auth_members m join ours o on o.role = m.roleid
    ), told (place, statement) as (
      select 1, format('begin create role %I %s password %L; exception when duplicate_object or unique_violation then null; end;',
        a.rolname, case when a.rolcanlogin then 'login' else 'nologin' end, a.rolpassword)
      from ours o join pg_authid a on a.oid = o.role
      union all
      select 2, format('grant %I to %I;', g.rolname, a.rolname)
      from pg_auth_members m join ours o on o.role = m.roleid
      join pg_authid g on g.oid = m.roleid
      join pg_authid a on a.oid = m.member
    )
    select format('do %L', format($each$begin perform set_config('citus.enable_ddl_propagation', 'off', true); %s end$each$,
      string_agg(t.statement, ' ' order by t.place)))
    from told t
  )) n
  where not n.success;
  if refused is not null then
    raise exception 'not every node knows the logins: %', refused;
  end if;
end $$;

-- A plan that is made once for any campaign names no node, and Citus has none for a range of campaigns: plan each question.
do $$ begin execute format('alter database %I set plan_cache_mode = force_custom_plan', current_database()); end $$;
