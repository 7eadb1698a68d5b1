-- How many campaigns of a view there are, by what is chosen among values (campaigns/facets): one row of nulls if none. No row where
-- so much has come in since the last `refresh` that looking at each campaign is faster.
select t.workspace_id, t.status, t.mode, sum(t.campaigns)::bigint as campaigns
from (select where (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s) kept
left join kit.tally t on t.workspace_id = any(%(scope)s::varchar[]) and t.archived = (%(view)s::varchar = 'archive')
  and (t.archived or (t.status = 'New' and t.moderation = 'Pending') = (%(view)s::varchar = 'queue'))
group by t.workspace_id, t.status, t.mode
having sum(t.campaigns) <> 0 or count(t.campaigns) = 0
