-- The clear numbers of some recipients of one campaign (R57): for the PII role, and only beside an audit row.
select n.recipient_id, n.ctn
from core.recipient_numbers n
where n.campaign_id = :campaign_id::bigint and n.recipient_id = any(:recipient_ids::bigint[])
