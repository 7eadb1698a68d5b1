-- What `tallied` counts, and how many of it a search finds, by the sender or the id: looked through are the names of senders, which
-- are few, and looked at are the campaigns that the id alone finds. No row where `tallied` has none.
select t.workspace_id, t.status, t.mode, sum(t.campaigns)::bigint as campaigns, sum(t.passed)::bigint as passed
from (
  select n.workspace_id, n.status, n.moderation, n.mode, n.archived, n.campaigns, 0 as passed
  from kit.tally n
  union all
  select d.workspace_id, d.status, d.moderation, d.mode, d.archived, 0, d.campaigns
  from kit.tally_senders d
  where d.saddr = any(array(select s.saddr from kit.senders s where strpos(lower(s.saddr), lower(%(search)s::varchar)) > 0))
  union all
  select n.workspace_id, n.status, n.moderation, n.mode, n.archived, 0, n.campaigns
  from kit.tally n
  where strpos(lower(n.saddr), lower(%(search)s::varchar)) > 0
  union all
  select c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, 0, 1
  from core.campaigns c
  left join lateral (select b.campaign_id from kit.archived b where b.campaign_id = c.campaign_id limit 1) a on true
  where c.external_id between %(id_low)s::uuid and %(id_high)s::uuid and strpos(lower(c.saddr), lower(%(search)s::varchar)) = 0
) t
where t.workspace_id = any(%(scope)s::varchar[]) and t.archived = (%(view)s::varchar = 'archive')
  and (t.archived or (t.status = 'New' and t.moderation = 'Pending') = (%(view)s::varchar = 'queue'))
  and (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
group by t.workspace_id, t.status, t.mode
having sum(t.campaigns) <> 0
