-- Submissions that were never accepted and so have no code (R60): a third number, in neither sub-tab.
select count(*) as refused
from core.recipients r
where r.campaign_id = :campaign_id::bigint and r.stage = 'Failed' and r.smpp_code is null
