insert into core.job_errors (job_error_id, campaign_id, phase, code, message, occurred_at)
select coalesce(max(e.job_error_id), 0) + 1, :campaign_id::bigint, :phase::varchar, :code::varchar, :message::varchar, :now::timestamptz
from core.job_errors e
