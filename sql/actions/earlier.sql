-- The steps that people took with one campaign through the toolkit, newest first.
select k.action, k.actor, k.status_before, k.status_after, k.occurred_at
from kit.audit_events k
where k.campaign_id = :campaign_id::bigint and k.status_before is not null
order by k.occurred_at desc, k.audit_id desc
limit 20
