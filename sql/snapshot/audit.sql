-- Who did what to the scope's campaigns, Core's entries and the toolkit's as one list; a note is an annotation. That a report
-- was made of them is no part of what it is about, or no second one would be the same.
select
  e.source, e.audit_id, e.campaign_id, e.action,
  regexp_replace(e.actor, '^([^@[:space:]])[^@[:space:]]*@', '\1…@') as actor,
  regexp_replace(regexp_replace(e.note, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as note,
  e.occurred_at
from (
  select 'core' as source, a.audit_id, a.campaign_id, a.action, a.actor, a.note, a.occurred_at
  from core.audit_events a
  union all
  select 'kit' as source, k.audit_id, k.campaign_id, k.action, k.actor, k.note, k.occurred_at
  from kit.audit_events k
) as e
where e.campaign_id = any(:campaign_ids::bigint[]) and e.occurred_at <= :as_of::timestamptz
  and e.action not in ('report_sealed', 'pii_revealed')
order by e.source, e.audit_id
