insert into core.audit_events (audit_id, workspace_id, campaign_id, action, actor, note, occurred_at)
select coalesce(max(e.audit_id), 0) + 1, :workspace_id::varchar, :campaign_id::bigint, :action::varchar, 'core', :note::varchar, :now::timestamptz
from core.audit_events e
