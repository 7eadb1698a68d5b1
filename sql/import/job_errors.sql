-- A distinct error is one error, however often it is yielded.
insert into core.job_errors
select
  (select coalesce(max(job_error_id), 0) from core.job_errors) + row_number() over (order by y.occurred_at, y.line),
  h.campaign_id, y.phase, y.code, y.message, y.occurred_at
from (select campaign_key, phase, code, message, occurred_at, min(rowid) as line from yielded_job_errors group by all) y
join homes h using (campaign_key)
where not exists (
  select 1 from core.job_errors e
  where e.campaign_id = h.campaign_id and e.phase = y.phase and e.code = y.code and e.message = y.message and e.occurred_at = y.occurred_at
);
