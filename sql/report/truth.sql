-- The eight parts of the whole (delivery semantics, the verdict): every message of the window is in exactly one.
--= verdict: words
--= messages: count
--= share: percent
with parts(place, verdict) as (
  values (1, 'delivered'), (2, 'carrier_failed'), (3, 'failed_at_submission'), (4, 'awaiting'), (5, 'unknown'),
    (6, 'not_submitted'), (7, 'excluded'), (8, 'contradiction')
),
counted as (
  select p.place, p.verdict, count(r.place) as messages
  from parts p
  left join recipients r on r.verdict = p.verdict and r.in_window
  group by all
)
select
  case when grouping(verdict) = 1 then 'all' else verdict end as verdict, sum(messages)::bigint as messages,
  sum(messages) / nullif((select count(*) from recipients where in_window), 0) as share
from counted
group by grouping sets ((place, verdict), ())
order by grouping(verdict), place
