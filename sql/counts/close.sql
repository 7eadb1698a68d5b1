-- Add up the parts of some campaigns.
update kit.counted as k
set recipients = p.recipients, sent = p.sent, delivered = p.delivered, errors = p.errors
from (
  select q.campaign_id, sum(q.recipients)::bigint as recipients, sum(q.sent)::bigint as sent,
         coalesce(sum(q.recipients) filter (where q.sms_result = 'delivered'), 0)::bigint as delivered,
         coalesce(sum(q.recipients) filter (where q.sms_result = 'failed'), 0)::bigint as errors
  from kit.counted_parts q
  where q.campaign_id = any(:campaign_ids::bigint[])
  group by q.campaign_id
) p
where k.campaign_id = p.campaign_id and k.campaign_id = any(:campaign_ids::bigint[])
