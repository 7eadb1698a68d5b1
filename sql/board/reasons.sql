-- What Core wrote last about some campaigns as an error of the job, not longer ago than a moment: why one may stand still.
select distinct on (e.campaign_id) e.campaign_id, e.code, e.message
from core.job_errors e
where e.campaign_id = any(:campaign_ids::bigint[]) and e.occurred_at >= :since::timestamptz
order by e.campaign_id, e.occurred_at desc, e.job_error_id desc
