-- Why some campaigns are paused (R27): the latest state event of each.
select distinct on (e.campaign_id) e.campaign_id, e.phase, e.reason
from core.state_events e
where e.campaign_id = any(:campaign_ids::bigint[])
order by e.campaign_id, e.occurred_at desc, e.event_id desc
