-- What some campaigns have sent, delivered and lost (R13, R48): one row a campaign that has recipients at all.
select r.campaign_id, count(*) as recipients, count(r.sent_at) as sent,
       count(*) filter (where r.sms_result = 'delivered') as delivered,
       count(*) filter (where r.sms_result = 'failed') as errors
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
group by r.campaign_id
