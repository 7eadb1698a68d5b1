-- What the carrier refused, by code and ESME (R59): sms_result, never the stage, says so (R61).
select r.smpp_code, r.esme, count(*) as recipients
from core.recipients r
where r.campaign_id = :campaign_id::bigint and r.sms_result = 'failed'
group by r.smpp_code, r.esme
order by recipients desc, r.smpp_code collate "C" nulls last, r.esme collate "C" nulls last
