-- What was counted of some campaigns (campaigns/progress, which says why by a range of ids), and as of which state of each:
-- the caller compares it with the campaign's, and counts the rows of those where it differs.
select k.campaign_id, k.updated_at as counted_at, k.recipients, k.sent, k.delivered, k.errors
from kit.counted k
where k.campaign_id between :first_id::bigint and :last_id::bigint
--? scattered: k.campaign_id = any(:campaign_ids::bigint[])
