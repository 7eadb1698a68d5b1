-- What Core says was done to a copy's campaigns.
select
  a.audit_id, a.workspace_id, a.campaign_id, a.action,
  regexp_replace(a.actor, '^([^@]?)[^@]*@', '\1…@') as actor,
  regexp_replace(regexp_replace(a.note, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as note,
  a.occurred_at
from core.audit_events a
where a.campaign_id = any(:campaign_ids::bigint[])
order by a.audit_id
