-- A centre that takes less than it is given: of a campaign's messages on one channel more than 5 % were given up, and more than
-- 5 % (and five messages) got through at a later attempt, with ESME_RTHROTTLED as the answer.
--= channel: text
--= submitted: count
--= given_up: count
--= retried: count
--= given_up_share: percent
--= retried_share: percent
--= lasted: span
--= others: span
with waits as (
  select
    campaign_id, esme, count(*) as submitted,
    count(*) filter (where stage = 'Failed' and command_status = 'ESME_RTHROTTLED') as given_up,
    count(*) filter (where coalesce(error like '%retry%ESME_RTHROTTLED%', false) and stage = 'Delivered') as retried,
    min(sent_at) as first_sent, max(sent_at) as last_sent
  from recipients
  where in_window and stage in ('Delivered', 'Failed') and esme is not null
  group by all
  having count(*) >= 20
)
select
  esme as channel, sum(submitted)::bigint as submitted, sum(given_up)::bigint as given_up, sum(retried)::bigint as retried,
  sum(given_up) / sum(submitted) as given_up_share, sum(retried) / sum(submitted) as retried_share,
  epoch(max(last_sent) - min(first_sent))::bigint as lasted,
  (
    select epoch(max(o.sent_at) - min(o.sent_at))::bigint
    from recipients o
    where o.in_window and o.esme <> w.esme and o.campaign_id in (
      select b.campaign_id from waits b where b.esme = w.esme and b.given_up * 20 > b.submitted)
  ) as others
from waits w
where given_up * 20 > submitted and retried * 20 > submitted and given_up >= 5 and retried >= 5
group by esme
order by given_up desc, esme
