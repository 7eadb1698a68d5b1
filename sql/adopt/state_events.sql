with {lines}given as ({yielded})
select g.event_id, g.campaign_id, g.phase, g.reason, g.occurred_at
from given g
