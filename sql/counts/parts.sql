-- What was counted of a campaign's parts (campaigns/parts), and as of which state of it: the caller compares `updated_at` with
-- the campaign's. Of a divided part some may still have receipts and the rest not, so whoever asks for that has to count. A
-- campaign without recipients has one row without a stage.
select k.updated_at, p.stage, p.sms_result, p.smpp_code, p.esme, p.filtered, p.recipients, p.sent,
       coalesce(p.first_sent_at > :receipts_since::timestamptz, false) as receipts_may_come,
       coalesce(
         p.sms_result = 'unknown' and p.first_sent_at <= :receipts_since::timestamptz
         and p.last_sent_at > :receipts_since::timestamptz,
         false
       ) as divided
from kit.counted k
left join kit.counted_parts p on p.campaign_id = k.campaign_id
where k.campaign_id = :campaign_id::bigint
