-- Say in every campaign of a report's scope what was done for the report (R67): each finds it in its own audit trail.
insert into kit.audit_events (workspace_id, campaign_id, action, actor, note, occurred_at)
select c.workspace_id, c.campaign_id, :action::varchar, :actor::varchar, :note::varchar, :now::timestamptz
from core.campaigns c
where c.campaign_id = any(:campaign_ids::bigint[])
order by c.campaign_id
