-- How complete the receipts were at $as_of, of what was sent in the window: final ones, what may still come, what will not.
--= channel: text
--= sent: count
--= final: count
--= may_come: count
--= lost: count
--= complete: percent
--= delay_p50: duration
--= delay_p95: duration
select
  case when grouping(esme) = 1 then 'All' else coalesce(esme, '(none)') end as channel,
  count(*) as sent,
  count(*) filter (where verdict in ('delivered', 'carrier_failed')) as final,
  count(*) filter (where verdict = 'awaiting') as may_come,
  count(*) filter (where verdict = 'unknown') as lost,
  count(*) filter (where verdict in ('delivered', 'carrier_failed')) / count(*) as complete,
  quantile_disc(epoch(dlr_at - sent_at), 0.5) filter (where verdict = 'delivered' and dlr_at >= sent_at) as delay_p50,
  quantile_disc(epoch(dlr_at - sent_at), 0.95) filter (where verdict = 'delivered' and dlr_at >= sent_at) as delay_p95
from recipients
where in_window and sent_at is not null
group by grouping sets ((esme), ())
order by grouping(esme), esme nulls last
