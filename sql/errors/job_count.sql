-- How many job errors one campaign has; a part of the badge (R60).
select count(*) as job_errors
from core.job_errors j
where j.campaign_id = :campaign_id::bigint
