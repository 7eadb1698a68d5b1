-- Count the recipients of some campaigns by everything that a verdict, a filter or an error table looks at.
insert into kit.counted_parts (campaign_id, stage, sms_result, smpp_code, esme, filtered, recipients, sent, first_sent_at, last_sent_at)
select r.campaign_id, r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null, count(*), count(r.sent_at),
       min(r.sent_at), max(r.sent_at)
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
group by r.campaign_id, r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null
order by r.campaign_id
