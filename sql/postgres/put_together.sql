-- Put together what has come into the sums since (sql/postgres/tally.sql), and leave what was touched and holds. Each statement
-- sees one state and takes what it sees; what comes in meanwhile stays for the next time.
delete from kit.counted k
where k.campaign_id in (select t.campaign_id from kit.touched t)
  and not exists (select 1 from core.campaigns c where c.campaign_id = k.campaign_id);
delete from kit.touched t
where t.campaign_id in (
  select u.campaign_id
  from (select distinct v.campaign_id from kit.touched v) u
  left join lateral (select d.updated_at from core.campaigns d where d.campaign_id = u.campaign_id limit 1) c on true
  left join lateral (select e.updated_at from kit.counted e where e.campaign_id = u.campaign_id limit 1) k on true
  where c.updated_at is not distinct from k.updated_at
);
-- The sums are few rows. Where much has come in they stand at the end of many pages, which a reader would go through; once a vacuum
-- has made place at the beginning, and only then, they are written anew.
lock table kit.senders in exclusive mode;
with gone as (
  delete from kit.tally
  where (
    select count(*) filter (where day is not null) > 100
           or pg_relation_size('kit.tally') > count(*) * 400 + 65536 and pg_stat_get_dead_tuples('kit.tally'::regclass) < count(*)
    from kit.tally
  )
  returning *
), days as (
  insert into kit.tally_days as t
  select g.day, g.workspace_id, g.status, g.moderation, g.mode, g.archived, sum(g.campaigns)
  from gone g
  where g.day is not null
  group by g.day, g.workspace_id, g.status, g.moderation, g.mode, g.archived
  having sum(g.campaigns) <> 0
  on conflict (day, workspace_id, status, moderation, mode, archived) do update set campaigns = t.campaigns + excluded.campaigns
), by_sender as (
  insert into kit.tally_senders as t
  select g.saddr, g.workspace_id, g.status, g.moderation, g.mode, g.archived, sum(g.campaigns)
  from gone g
  where g.saddr is not null
  group by g.saddr, g.workspace_id, g.status, g.moderation, g.mode, g.archived
  having sum(g.campaigns) <> 0
  on conflict (saddr, workspace_id, status, moderation, mode, archived) do update set campaigns = t.campaigns + excluded.campaigns
), senders as (
  insert into kit.senders as t
  select g.saddr, sum(g.campaigns)
  from gone g
  where g.saddr is not null
  group by g.saddr
  having sum(g.campaigns) <> 0
  on conflict (saddr) do update set campaigns = t.campaigns + excluded.campaigns
)
insert into kit.tally
select g.workspace_id, g.status, g.moderation, g.mode, g.archived, sum(g.campaigns)
from gone g
group by g.workspace_id, g.status, g.moderation, g.mode, g.archived
having sum(g.campaigns) <> 0;
delete from kit.tally_days where campaigns = 0;
delete from kit.tally_senders where campaigns = 0;
delete from kit.senders where campaigns = 0;
with gone as (
  delete from kit.tally_delivered
  where (
    select count(*) > 100
           or pg_relation_size('kit.tally_delivered') > count(*) * 400 + 65536
              and pg_stat_get_dead_tuples('kit.tally_delivered'::regclass) < count(*)
    from kit.tally_delivered
  )
  returning *
)
insert into kit.tally_delivered select g.workspace_id, sum(g.delivered) from gone g group by g.workspace_id having sum(g.delivered) <> 0
