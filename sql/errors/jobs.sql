-- Workflow and infrastructure errors of one campaign, newest first (R58).
select j.phase, j.code, j.message, j.occurred_at
from core.job_errors j
where j.campaign_id = :campaign_id::bigint
order by j.occurred_at desc, j.job_error_id desc
