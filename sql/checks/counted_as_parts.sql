-- on kit.counted
-- Campaigns whose sums are not those of their parts.
select count(*)
from kit.counted k
left join (
  select q.campaign_id, sum(q.recipients) as recipients, sum(q.sent) as sent,
         coalesce(sum(q.recipients) filter (where q.sms_result = 'delivered'), 0) as delivered,
         coalesce(sum(q.recipients) filter (where q.sms_result = 'failed'), 0) as errors
  from kit.counted_parts q
  group by q.campaign_id
) p on p.campaign_id = k.campaign_id
where (k.recipients, k.sent, k.delivered, k.errors)
  is distinct from (coalesce(p.recipients, 0), coalesce(p.sent, 0), coalesce(p.delivered, 0), coalesce(p.errors, 0))
