-- Messages delivered to the handset over all campaigns of a scope (R7): recipients, not parts.
select count(*) as delivered
from core.recipients r
join core.campaigns c on c.campaign_id = r.campaign_id
where c.workspace_id = any(:scope::varchar[]) and r.sms_result = 'delivered'
