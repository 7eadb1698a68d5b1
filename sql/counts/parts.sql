-- campaigns/parts as it was counted. No row: the counts are of another state of the campaign, or receipts may still come
-- for some of a part and not for the rest of it, so its rows have to be counted. A campaign without recipients has one row
-- without a stage.
select p.stage, p.sms_result, p.smpp_code, p.esme, p.filtered,
       coalesce(p.first_sent_at > :receipts_since::timestamptz, false) as receipts_may_come, p.recipients, p.sent
from kit.counted k
left join kit.counted_parts p on p.campaign_id = k.campaign_id
where k.campaign_id = :campaign_id::bigint and k.updated_at = :updated_at::timestamptz
  and not exists (
    select 1 from kit.counted_parts s
    where s.campaign_id = :campaign_id::bigint and s.sms_result = 'unknown'
      and s.first_sent_at <= :receipts_since::timestamptz and s.last_sent_at > :receipts_since::timestamptz
  )
