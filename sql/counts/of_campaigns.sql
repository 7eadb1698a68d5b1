-- What was counted of some campaigns (campaigns/progress), and as of which state of each: the caller compares `updated_at`
-- with the campaign's, and counts the rows of those where it differs.
select k.campaign_id, k.updated_at, k.recipients, k.sent, k.delivered, k.errors
from kit.counted k
where k.campaign_id = any(:campaign_ids::bigint[])
