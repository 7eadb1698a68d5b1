-- Receipts that were held up: stretches of ten minutes of one channel in which nearly everything was delivered, but half of
-- the receipts took five minutes or more.
--= channel: text
--= starts: clock
--= ends: clock
--= sent: count
--= median: span
--= longest: span
--= opened: clock
--= most_in: clock
--= usual: duration
with tens as (
  select
    esme, time_bucket(interval '10 minutes', sent_at) as moment, count(*) as sent,
    count(*) filter (where verdict = 'delivered') as delivered,
    quantile_disc(epoch(dlr_at - sent_at), 0.5) filter (where verdict = 'delivered') as median
  from recipients
  where in_window and sent_at is not null and esme is not null
  group by all
),
bad as (
  select *, moment - lag(moment) over (partition by esme order by moment) > interval '20 minutes' as apart
  from tens
  where sent >= 8 and delivered > sent * 0.75 and median > 300
),
stretches as (
  select *, count(*) filter (where coalesce(apart, false)) over (partition by esme order by moment) as stretch from bad
),
spans as (
  select esme, stretch, min(moment) as starts, max(moment) + interval '10 minutes' as ends
  from stretches group by all
  having sum(sent) >= 20
)
select
  s.esme as channel, s.starts, s.ends, count(*) as sent,
  quantile_disc(epoch(r.dlr_at - r.sent_at), 0.5) as median, max(epoch(r.dlr_at - r.sent_at)) filter (
    where r.dlr_at <= s.ends + interval '1 hour') as longest,
  min(r.dlr_at) as opened, quantile_disc(r.dlr_at, 0.8) as most_in,
  (
    select quantile_disc(epoch(o.dlr_at - o.sent_at), 0.5)
    from recipients o
    where o.in_window and o.verdict = 'delivered' and (o.esme <> s.esme or o.sent_at < s.starts or o.sent_at >= s.ends)
  ) as usual
from spans s
join recipients r on r.esme = s.esme and r.sent_at >= s.starts and r.sent_at < s.ends and r.verdict = 'delivered' and r.in_window
group by all
order by sent desc, s.esme, s.starts
