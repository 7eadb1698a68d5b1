-- A campaign whose list of recipients could not be read.
--= campaign: text
--= name: text
--= status: text
--= at: clock
--= message: text
--= recipients: count
select
  left(c.external_id, 8) as campaign, coalesce(c.name, '') as name, c.status, j.occurred_at as at, j.message,
  coalesce(c.total, 0) as recipients
from job_errors j
join campaigns c on c.campaign_id = j.campaign_id
where j.code = 'FILE_PARSE' and c.status = 'Failed'
order by j.occurred_at, j.job_error_id
