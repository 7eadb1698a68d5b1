-- When a scope's campaigns were at work: from their first to their last message.
select min(r.sent_at) as sent_from, max(r.sent_at) as sent_to, count(*) as recipients
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
