-- The state history of a copy's campaigns.
select
  e.event_id, e.campaign_id, e.phase,
  regexp_replace(regexp_replace(e.reason, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as reason,
  e.occurred_at
from core.state_events e
where e.campaign_id = any(:campaign_ids::bigint[])
order by e.event_id
