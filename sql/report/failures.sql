-- Where failures pile up: each code on a channel in an hour, against that channel's share of the code in the days before.
--= hour: moment
--= channel: text
--= code: text
--= failed: count
--= sent: count
--= share: percent
--= usual: percent
with sent as (
  select date_trunc('hour', sent_at) as hour, esme, count(*) as sent
  from recipients where in_window and sent_at is not null group by all
),
failed as (
  select date_trunc('hour', sent_at) as hour, esme, smpp_code as code, count(*) as failed
  from recipients where in_window and sent_at is not null and verdict = 'carrier_failed' group by all
),
usual as (
  select esme, smpp_code as code, sum(messages) / sum(sum(messages)) over (partition by esme) as share
  from baseline group by esme, smpp_code
)
select
  f.hour, f.esme as channel, f.code, f.failed, s.sent, f.failed / s.sent as share, coalesce(u.share, 0) as usual
from failed f
join sent s on s.hour = f.hour and s.esme is not distinct from f.esme
left join usual u on u.esme = f.esme and u.code = f.code
order by f.failed - s.sent * coalesce(u.share, 0) desc, f.hour, f.esme, f.code
limit 12
