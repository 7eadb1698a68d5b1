-- What each ESME of one campaign sent, and how much of it the carrier refused: what shares are taken of (R59).
select r.esme, count(r.sent_at) as sent, count(*) filter (where r.sms_result = 'failed') as failed
from core.recipients r
where r.campaign_id = :campaign_id::bigint
group by r.esme
having count(r.sent_at) > 0 or count(*) filter (where r.sms_result = 'failed') > 0
order by sent desc, r.esme collate "C" nulls last
