-- What people and Core did to one campaign, as one list (R66). `place` tells entries of one moment apart: the toolkit's count as
-- later than Core's, and among each the later number.
select t.action, t.actor, t.note, t.occurred_at, t.place
from (
  select e.action, e.actor, e.note, e.occurred_at, '0' || lpad(e.audit_id::varchar, 20, '0') as place
  from core.audit_events e
  where e.campaign_id = :campaign_id::bigint
  union all
  select k.action, k.actor, k.note, k.occurred_at, '1' || lpad(k.audit_id::varchar, 20, '0') as place
  from kit.audit_events k
  where k.campaign_id = :campaign_id::bigint
) as t
--? actions: t.action = any(:actions::varchar[])
--? actors:  t.actor = any(:actors::varchar[])
--? since:   t.occurred_at >= :since::timestamptz
--? until:   t.occurred_at < :until::timestamptz
--^ newest: t.occurred_at::timestamptz, t.place collate "C"::varchar
