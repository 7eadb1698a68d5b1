-- The receipt codes that occur in a scope, for the toolkit's table to judge them.
select distinct r.smpp_code
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[]) and r.smpp_code is not null
order by r.smpp_code
