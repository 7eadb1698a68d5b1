-- Who did what how often to one campaign: what the audit trail can be narrowed down to.
select t.action, t.actor, count(*) as entries
from (
  select e.action, e.actor from core.audit_events e where e.campaign_id = :campaign_id::bigint
  union all
  select k.action, k.actor from kit.audit_events k where k.campaign_id = :campaign_id::bigint
) as t
group by t.action, t.actor
