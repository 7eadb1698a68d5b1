-- How many campaigns of a scope there are, by what tiles and facets count.
select t.workspace_id, t.status, t.moderation, t.mode, t.archived, sum(t.campaigns)::bigint as campaigns
from kit.tally t
where t.workspace_id = any(%(scope)s::varchar[])
group by t.workspace_id, t.status, t.moderation, t.mode, t.archived
having sum(t.campaigns) <> 0
