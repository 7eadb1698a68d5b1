-- What is usual: the messages of the scope's workspaces in the days before, counted by channel, hour and outcome.
select
  r.esme, date_trunc('hour', r.sent_at) as hour, r.smpp_code, r.sms_result,
  case
    when r.smsid is null then null
    when r.smsid ~ '^[0-9]+$' then 'decimal, ' || length(r.smsid)
    when r.smsid ~ '^[0-9A-Fa-f]+$' then 'hexadecimal, ' || length(r.smsid)
    else 'other, ' || length(r.smsid)
  end as smsid_form,
  count(*) as messages
from core.recipients r
join core.campaigns c on c.campaign_id = r.campaign_id
where c.workspace_id = any(:workspaces::varchar[])
  and r.sent_at >= :baseline_from::timestamptz and r.sent_at < :from_at::timestamptz
  and (r.dlr_at is null or r.dlr_at <= :as_of::timestamptz)
group by 1, 2, 3, 4, 5
order by 1 nulls first, 2, 3 nulls first, 4, 5 nulls first
