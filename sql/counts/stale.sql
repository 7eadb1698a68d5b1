-- The campaigns that were not counted, or not since they changed. One that is not `settled` changed a moment ago: where a
-- clock is coarse, its next change could bear the same time.
select c.campaign_id, coalesce(c.total, 0) as size, c.updated_at < :settled::timestamptz as settled
from core.campaigns c
left join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
where k.campaign_id is null
order by c.campaign_id
