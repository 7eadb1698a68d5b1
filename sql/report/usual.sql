-- What is usual for a channel: of its hours in the days before, with 20 messages or more, the middle 90 % of the rates.
--= channel: text
--= hours: count
--= low: percent
--= middle: percent
--= high: percent
with hours as (
  select esme, hour, sum(messages) filter (where sms_result = 'delivered') / sum(messages) as rate
  from baseline
  where esme is not null
  group by all
  having sum(messages) >= 20
)
select
  esme as channel, count(*) as hours, quantile_disc(coalesce(rate, 0), 0.05) as low,
  quantile_disc(coalesce(rate, 0), 0.5) as middle, quantile_disc(coalesce(rate, 0), 0.95) as high
from hours
group by esme
order by esme
