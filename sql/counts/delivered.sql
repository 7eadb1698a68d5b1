-- What the campaigns of a scope in some statuses have delivered as far as it was counted (R7), by workspace and status, and
-- those whose rows have to be counted for it.
select c.workspace_id, c.status, coalesce(sum(k.delivered), 0)::bigint as delivered,
       array_agg(c.campaign_id order by c.campaign_id) filter (where k.campaign_id is null) as stale
from core.campaigns c
left join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
where c.workspace_id = any(:scope::varchar[]) and c.status = any(:statuses::varchar[])
group by c.workspace_id, c.status
