-- What was done to a copy's campaigns through the toolkit; the copy numbers its entries itself.
select
  a.workspace_id, a.campaign_id, a.action,
  regexp_replace(a.actor, '^([^@]?)[^@]*@', '\1…@') as actor,
  regexp_replace(regexp_replace(a.note, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as note,
  a.status_before, a.status_after, a.occurred_at
from kit.audit_events a
where a.campaign_id = any(:campaign_ids::bigint[])
order by a.audit_id
