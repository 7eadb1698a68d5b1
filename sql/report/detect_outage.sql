-- A carrier that went on accepting messages and delivered next to none: stretches of ten minutes of one channel in which
-- a quarter of the messages expired or more, and half or more at the worst. One row a stretch.
--= channel: text
--= starts: clock
--= ends: clock
--= lasted: span
--= sent: count
--= lost: count
--= pending: count
--= rate: percent
--= usual: percent
with tens as (
  select
    esme, time_bucket(interval '10 minutes', sent_at) as moment, count(*) as sent,
    count(*) filter (where smpp_code = 'EXPIRED') as expired,
    count(*) filter (where verdict = 'delivered') as delivered
  from recipients
  where in_window and sent_at is not null and esme is not null
  group by all
),
bad as (
  select *, moment - lag(moment) over (partition by esme order by moment) > interval '20 minutes' as apart
  from tens
  where sent >= 8 and expired >= 2 and expired >= sent * 0.25 and delivered <= sent * 0.75
),
stretches as (
  select *, count(*) filter (where coalesce(apart, false)) over (partition by esme order by moment) as stretch from bad
),
spans as (
  select esme, stretch, min(moment) as first_ten, max(moment) + interval '10 minutes' as after_last
  from stretches group by all
  having sum(sent) >= 20 and max(expired / sent) >= 0.5
),
hit as (
  select
    s.esme, s.stretch, s.first_ten, min(r.sent_at) filter (where r.smpp_code = 'EXPIRED') as starts,
    max(r.sent_at) filter (where r.smpp_code = 'EXPIRED') as ends
  from spans s
  join recipients r on r.esme = s.esme and r.sent_at >= s.first_ten and r.sent_at < s.after_last and r.in_window
  group by all
)
select
  h.esme as channel, h.starts, h.ends, epoch(h.ends - h.starts)::bigint as lasted, count(*) as sent,
  count(*) filter (where r.verdict = 'carrier_failed') as lost,
  count(*) filter (where r.verdict in ('awaiting', 'unknown')) as pending,
  count(*) filter (where r.verdict = 'delivered') / count(*) as rate,
  (
    select sum(b.messages) filter (where b.sms_result = 'delivered') / sum(b.messages) from baseline b where b.esme = h.esme
  ) as usual
from hit h
join recipients r on r.esme = h.esme and r.sent_at between h.starts and h.ends and r.in_window
group by all
order by lost desc, h.esme, h.starts
