insert into core.state_events (event_id, campaign_id, phase, reason, occurred_at)
select coalesce(max(e.event_id), 0) + 1, :campaign_id::bigint, :phase::varchar, :reason::varchar, :now::timestamptz
from core.state_events e
