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
with gone as (
  delete from kit.tally where (select count(*) from kit.tally) > 1000 returning *
)
insert into kit.tally
select g.workspace_id, g.status, g.moderation, g.mode, g.archived, sum(g.campaigns)
from gone g
group by g.workspace_id, g.status, g.moderation, g.mode, g.archived
having sum(g.campaigns) <> 0;
with gone as (
  delete from kit.tally_delivered where (select count(*) from kit.tally_delivered) > 100 returning *
)
insert into kit.tally_delivered select g.workspace_id, sum(g.delivered) from gone g group by g.workspace_id having sum(g.delivered) <> 0
