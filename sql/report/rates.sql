-- Share of the messages sent in each $minutes minutes that were delivered: the channel $hot, and all others together.
--= moment: moment
--= series: text
--= sent: count
--= delivered: count
--= rate: percent
select
  time_bucket(to_minutes($minutes::bigint), sent_at) as moment,
  case when esme = $hot::varchar then esme else 'other channels' end as series,
  count(*) as sent,
  count(*) filter (where verdict = 'delivered') as delivered,
  count(*) filter (where verdict = 'delivered') / count(*) as rate
from recipients
where in_window and sent_at is not null
group by all
order by series, moment
