-- What the scope and its window come to, one row: how many messages, how many went wrong, how late, through what. A channel
-- is hit if more than 15 % of what it was given was not delivered.
--= campaigns: count
--= messages: count
--= affected: count
--= not_delivered: count
--= no_final_report: count
--= delivered: count
--= rate: percent
--= delay_p50: duration
--= delay_p95: duration
--= senders: count
--= channels_hit: count
--= channels: count
--= parts: count
with hit as (
  select esme
  from recipients
  where in_window and stage <> 'New' and esme is not null
  group by esme
  having count(*) filter (where verdict <> 'delivered') > 0.15 * count(*)
)
select
  count(distinct r.campaign_id) as campaigns, count(*) as messages,
  count(*) filter (where verdict not in ('delivered', 'excluded')) as affected,
  count(*) filter (where verdict in ('carrier_failed', 'failed_at_submission')) as not_delivered,
  count(*) filter (where verdict in ('awaiting', 'unknown')) as no_final_report,
  count(*) filter (where verdict = 'delivered') as delivered,
  count(*) filter (where verdict = 'delivered') / nullif(count(sent_at), 0) as rate,
  quantile_disc(epoch(dlr_at - sent_at), 0.5) filter (where verdict = 'delivered' and dlr_at >= sent_at) as delay_p50,
  quantile_disc(epoch(dlr_at - sent_at), 0.95) filter (where verdict = 'delivered' and dlr_at >= sent_at) as delay_p95,
  count(distinct c.saddr) as senders,
  (select count(*) from hit) as channels_hit,
  count(distinct esme) as channels,
  coalesce(sum(parts) filter (where sent_at is not null), 0)::bigint as parts
from recipients r
join campaigns c on c.campaign_id = r.campaign_id
where in_window
