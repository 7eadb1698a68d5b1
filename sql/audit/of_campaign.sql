-- What people and Core did to one campaign, newest first, as one list (R66).
select e.action, e.actor, e.note, e.occurred_at, 0 as source, e.audit_id
from core.audit_events e
where e.campaign_id = :campaign_id::bigint
union all
select k.action, k.actor, k.note, k.occurred_at, 1 as source, k.audit_id
from kit.audit_events k
where k.campaign_id = :campaign_id::bigint
order by occurred_at desc, source desc, audit_id desc
