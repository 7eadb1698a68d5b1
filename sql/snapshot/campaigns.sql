-- The campaigns of a report's scope; a sender that is a number keeps its last digits, the author stays out.
select
  c.campaign_id, cast(c.external_id as varchar) as external_id, c.workspace_id,
  regexp_replace(regexp_replace(c.name, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as name,
  c.status, c.mode, regexp_replace(c.saddr, '^[+]?[0-9]{3,}([0-9]{4})$', '****\1') as saddr,
  c.start_at, c.end_at, cast(c.window_from as varchar) as window_from, cast(c.window_to as varchar) as window_to,
  c.total, c.delivery_errors, c.created_at, c.updated_at
from core.campaigns c
where c.campaign_id = any(:campaign_ids::bigint[])
order by c.campaign_id
