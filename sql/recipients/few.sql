-- recipients/page for a few of a campaign's recipients: they are found by the values that their counts have, all of them in the
-- index, and ordered then; in the order of the list all others might have to be read.
select f.recipient_id, f.ctn_tail, f.stage, f.esme, f.filter, f.dlr_at, f.smpp_code, f.sms_result, f.smsid, f.created_at, f.sent_at,
       f.error
from (
  select r.recipient_id, r.ctn_tail, r.stage, r.esme, r.filter, r.dlr_at, r.smpp_code, r.sms_result, r.smsid, r.created_at,
         r.sent_at, r.error
  from core.recipients r
  where r.campaign_id = :campaign_id::bigint and r.sms_result = any(:sms_results::varchar[]) and r.stage = any(:stages::varchar[])
  offset 0
) f
--? codes:         r.smpp_code = any(:smpp_codes::varchar[])
--? codes_or_null: r.smpp_code = any(:smpp_codes::varchar[]) or r.smpp_code is null
--? null:          r.smpp_code is null
--? esmes:         r.esme = any(:esmes::varchar[])
--^ id:   f.recipient_id::bigint, f.recipient_id::bigint
--^ sent: f.sent_at::timestamptz?, f.recipient_id::bigint
