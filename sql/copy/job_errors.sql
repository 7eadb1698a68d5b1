-- The workflow errors of a copy's campaigns.
select
  j.job_error_id, j.campaign_id, j.phase, j.code,
  regexp_replace(regexp_replace(j.message, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as message,
  j.occurred_at
from core.job_errors j
where j.campaign_id = any(:campaign_ids::bigint[])
order by j.job_error_id
