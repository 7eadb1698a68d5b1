-- The clear numbers of a report's scope, for nobody to see: the report is searched for them before it is sealed.
select distinct n.ctn
from core.recipient_numbers n
where n.campaign_id = any(:campaign_ids::bigint[])
