-- A distinct event is one event, however often it is yielded.
insert into core.state_events
select
  (select coalesce(max(event_id), 0) from core.state_events) + row_number() over (order by y.occurred_at, y.line),
  h.campaign_id, y.phase, y.reason, y.occurred_at
from (select campaign_key, phase, reason, occurred_at, min(rowid) as line from yielded_state_events group by all) y
join homes h using (campaign_key)
where not exists (
  select 1 from core.state_events e
  where e.campaign_id = h.campaign_id and e.phase = y.phase and e.reason is not distinct from y.reason and e.occurred_at = y.occurred_at
);
