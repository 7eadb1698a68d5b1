-- A list that was submitted twice: messages that went to a number which had one from the same sender less than ten minutes before.
--= sender: text
--= campaigns: count
--= sent: count
--= twice: count
--= share: percent
--= apart: span
--= starts: clock
--= ends: clock
with followed as (
  select
    c.saddr, r.campaign_id, r.sent_at,
    case when r.same_as is not null
      then r.sent_at - lag(r.sent_at) over (partition by c.saddr, r.same_as order by r.sent_at, r.place)
    end as apart
  from recipients r
  join campaigns c on c.campaign_id = r.campaign_id
  where r.in_window and r.sent_at is not null
)
select
  saddr as sender, count(distinct campaign_id) filter (where apart < interval '10 minutes') as campaigns, count(*) as sent,
  count(*) filter (where apart < interval '10 minutes') as twice,
  count(*) filter (where apart < interval '10 minutes') / count(*) as share,
  quantile_disc(epoch(apart), 0.5) filter (where apart < interval '10 minutes') as apart,
  min(sent_at) filter (where apart < interval '10 minutes') as starts,
  max(sent_at) filter (where apart < interval '10 minutes') as ends
from followed
group by saddr
having count(*) filter (where apart < interval '10 minutes') >= greatest(20, 0.02 * count(*))
order by twice desc, sender
