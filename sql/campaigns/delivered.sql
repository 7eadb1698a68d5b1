-- Messages of some campaigns that were delivered to the handset (R7): recipients, not parts.
select count(*) as delivered
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[]) and r.sms_result = 'delivered'
