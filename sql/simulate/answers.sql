-- The answers that the centre will give to what was drawn: one for each retry, and the last.
insert into sim.answers (due, campaign_id, recipient_id, attempt, stage, command_status, smsid, error)
select
  case when k.attempt = d.retries then d.answered else d.submitted + 0.3 + 4 * (power(2, k.attempt) - 1) end,
  d.campaign_id, d.recipient_id, k.attempt,
  case when k.attempt < d.retries then 'Sending' when d.refused_as is null then 'Delivered' else 'Failed' end,
  case when k.attempt < d.retries then d.retry_status else coalesce(d.refused_as, 'ESME_ROK') end,
  case when k.attempt = d.retries then d.smsid end,
  case
    when k.attempt < d.retries then 'retry ' || (k.attempt + 1)::varchar || ' of 3 after ' || d.retry_status
    when d.refused_as is not null then d.refusal
    else d.remark
  end
from drawn d
join (select 0 as attempt union all select 1 union all select 2 union all select 3) k on k.attempt <= d.retries
