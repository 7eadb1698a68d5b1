-- The state history of one campaign, oldest first (R50): what Core wrote, and the steps that people took through the toolkit.
select e.phase, e.reason, null::varchar as actor, null::varchar as action, e.occurred_at, 0 as source, e.event_id as step
from core.state_events e
where e.campaign_id = :campaign_id::bigint
union all
select k.status_after as phase, k.note as reason, k.actor, k.action, k.occurred_at, 1 as source, k.audit_id as step
from kit.audit_events k
where k.campaign_id = :campaign_id::bigint and k.status_after is not null and k.status_after <> k.status_before
order by occurred_at, source, step
