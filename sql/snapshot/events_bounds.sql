-- The same where nothing was sent: from the first to the last step of their life.
select min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
from core.state_events e
where e.campaign_id = any(:campaign_ids::bigint[])
