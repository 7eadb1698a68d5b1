-- The campaign whose list Core takes for a new one: of the same workspace, as long as wished if there is one, else the longest.
select c.campaign_id as source_id
from core.campaigns c
where c.workspace_id = :workspace_id::varchar and c.campaign_id <> :campaign_id::bigint and c.total > 0
  and c.status in ('Done', 'Expired', 'Sending')
order by case when c.total >= :size::bigint then 0 else 1 end, abs(c.total - :size::bigint), c.campaign_id
limit 1
