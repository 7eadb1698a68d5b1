-- What `tallied` counts, and how many of it are of a period: whole days are added up, and looked at are the campaigns of the hours
-- before (`since` to `first`) and after (`last` to `now`), each for its archive mark by its key, whatever the planner
-- expects. No row where `tallied` has none.
select t.workspace_id, t.status, t.mode, sum(t.campaigns)::bigint as campaigns, sum(t.passed)::bigint as passed
from (
  select n.workspace_id, n.status, n.moderation, n.mode, n.archived, n.campaigns, 0 as passed
  from kit.tally n
  union all
  select d.workspace_id, d.status, d.moderation, d.mode, d.archived, 0, d.campaigns
  from kit.tally_days d
  where d.day >= %(first_day)s::date and d.day < %(last_day)s::date
  union all
  select n.workspace_id, n.status, n.moderation, n.mode, n.archived, 0, n.campaigns
  from kit.tally n
  where n.day >= %(first_day)s::date and n.day < %(last_day)s::date
  union all
  select c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, 0, 1
  from core.campaigns c
  left join lateral (select b.campaign_id from kit.archived b where b.campaign_id = c.campaign_id limit 1) a on true
  where c.created_at >= %(since)s::timestamptz and c.created_at < %(first)s::timestamptz
  union all
  select c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, 0, 1
  from core.campaigns c
  left join lateral (select b.campaign_id from kit.archived b where b.campaign_id = c.campaign_id limit 1) a on true
  where c.created_at >= %(last)s::timestamptz and c.created_at < %(now)s::timestamptz
) t
where t.workspace_id = any(%(scope)s::varchar[]) and t.archived = (%(view)s::varchar = 'archive')
  and (t.archived or (t.status = 'New' and t.moderation = 'Pending') = (%(view)s::varchar = 'queue'))
  and (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
group by t.workspace_id, t.status, t.mode
having sum(t.campaigns) <> 0
