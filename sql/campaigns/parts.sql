-- The recipients of one campaign by everything that the verdict, the filters and the error tables look at; one row a
-- combination that occurs.
select r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null as filtered,
       coalesce(r.sent_at > :receipts_since::timestamptz, false) as receipts_may_come, count(*) as recipients,
       count(r.sent_at) as sent
from core.recipients r
where r.campaign_id = :campaign_id::bigint
group by r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null,
         coalesce(r.sent_at > :receipts_since::timestamptz, false)
