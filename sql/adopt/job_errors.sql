with {lines}given as ({yielded})
select g.job_error_id, g.campaign_id, g.phase, g.code, g.message, g.occurred_at
from given g
