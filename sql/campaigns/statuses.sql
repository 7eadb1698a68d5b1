-- How many campaigns were ever created in a scope, by workspace and status (R3–R6): archived and queued ones included. The
-- fingerprint tells whether they are still those that were added up (counts/totals). Few groups are kept or left sooner than
-- each campaign.
select c.workspace_id, c.status, count(*) as campaigns,
       bit_xor(hash_record_extended(row(c.campaign_id, c.updated_at), 0))::varchar as fingerprint
from core.campaigns c
group by c.workspace_id, c.status
having c.workspace_id = any(:scope::varchar[])
