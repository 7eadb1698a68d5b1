-- How many campaigns of a scope there are, by what tiles and facets count. No row where so much has come in since
-- the last `refresh` that looking at each campaign is faster.
select t.workspace_id, t.status, t.moderation, t.mode, t.archived, sum(t.campaigns)::bigint as campaigns
from kit.tally t
where t.workspace_id = any(%(scope)s::varchar[])
  and (select count(*) from (select from kit.touched limit %(most)s + 1) n) <= %(most)s
  and (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
group by t.workspace_id, t.status, t.moderation, t.mode, t.archived
having sum(t.campaigns) <> 0
