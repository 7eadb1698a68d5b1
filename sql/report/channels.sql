-- How each channel fared in the window, and all of them together.
--= channel: text
--= sent: count
--= delivered: count
--= failed: count
--= no_final_report: count
--= refused: count
--= rate: percent
select
  case when grouping(esme) = 1 then 'All' else coalesce(esme, '(none yet)') end as channel,
  count(sent_at) as sent,
  count(*) filter (where verdict = 'delivered') as delivered,
  count(*) filter (where verdict = 'carrier_failed') as failed,
  count(*) filter (where sent_at is not null and verdict in ('awaiting', 'unknown')) as no_final_report,
  count(*) filter (where verdict = 'failed_at_submission') as refused,
  count(*) filter (where verdict = 'delivered') / nullif(count(sent_at), 0) as rate
from recipients
where in_window and stage <> 'New'
group by grouping sets ((esme), ())
order by grouping(esme), esme nulls last
