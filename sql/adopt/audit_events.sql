with {lines}given as ({yielded})
select g.audit_id, coalesce(g.workspace_id, {workspace})::varchar as workspace_id, g.campaign_id, g.action, g.actor, g.note, g.occurred_at
from given g
