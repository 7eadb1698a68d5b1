-- How many campaigns were ever created in a scope, by status (R3–R6): archived and queued ones included. `delivered` is what
-- was counted of them (R7), and `stale` lists those whose rows have to be counted for that.
select c.status, count(*) as campaigns, coalesce(sum(k.delivered), 0)::bigint as delivered,
       array_agg(c.campaign_id order by c.campaign_id) filter (where k.campaign_id is null) as stale
from core.campaigns c
left join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
where c.workspace_id = any(:scope::varchar[])
group by c.status
