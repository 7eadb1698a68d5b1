-- How many campaigns of a scope there are by status (R3-R6), and beside each what all of them have delivered as far as it was
-- counted (R7), and those whose rows have to be counted for that. Of what was touched each campaign is looked up by its key,
-- whatever the planner expects. No row where so much has come in since the last `refresh` that looking at each campaign is faster.
with stale as materialized (
  select t.campaign_id, c.workspace_id, k.workspace_id as counted_in, k.delivered
  from (select distinct u.campaign_id from kit.touched u) t
  left join lateral (select * from core.campaigns d where d.campaign_id = t.campaign_id limit 1) c on true
  left join lateral (select * from kit.counted e where e.campaign_id = t.campaign_id limit 1) k on true
  where c.updated_at is distinct from k.updated_at
)
select t.status, sum(t.campaigns)::bigint as campaigns,
       (coalesce((select sum(d.delivered) from kit.tally_delivered d where d.workspace_id = any(%(scope)s::varchar[])), 0)
        - coalesce((select sum(s.delivered) from stale s where s.counted_in = any(%(scope)s::varchar[])), 0))::bigint as delivered,
       (select array_agg(s.campaign_id order by s.campaign_id) from stale s where s.workspace_id = any(%(scope)s::varchar[])) as stale
from kit.tally t
where t.workspace_id = any(%(scope)s::varchar[])
  and (select count(*) from (select from kit.touched limit %(most)s + 1) n) <= %(most)s
  and (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
group by t.status
having sum(t.campaigns) <> 0
