-- The campaigns of a copy and about how many recipients each has.
select c.campaign_id, c.workspace_id, coalesce(c.total, 0) as size
from core.campaigns c
where c.workspace_id = any(:scope::varchar[])
order by c.campaign_id
--? chosen: c.campaign_id = any(:campaign_ids::bigint[])
