-- What some campaigns have sent, delivered and lost (R13, R48): one row a campaign that has recipients at all. The
-- campaigns of a page mostly lie side by side; a range of ids is read in half the time of a list of ids, so the list is
-- asked for only where it leaves out much. Without it there are rows of campaigns in between.
select r.campaign_id, count(*) as recipients, count(r.sent_at) as sent,
       count(*) filter (where r.sms_result = 'delivered') as delivered,
       count(*) filter (where r.sms_result = 'failed') as errors
from core.recipients r
where r.campaign_id between :first_id::bigint and :last_id::bigint
--? scattered: r.campaign_id = any(:campaign_ids::bigint[])
group by r.campaign_id
