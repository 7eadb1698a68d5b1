-- The campaigns of a scope that are under way: what the live board shows or counts.
select c.campaign_id, c.external_id::varchar as external_id, c.workspace_id, c.name, c.status, c.mode, c.saddr, c.total,
       c.start_at, c.end_at, c.window_from, c.window_to, c.updated_at
from core.campaigns c
where c.workspace_id = any(:scope::varchar[]) and c.status = any(:statuses::varchar[])
order by c.campaign_id
