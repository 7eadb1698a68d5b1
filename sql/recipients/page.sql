-- Recipients of one campaign, one row a message (R52–R56). The masked tail stands in for the number.
select r.recipient_id, r.ctn_tail, r.stage, r.esme, r.filter, r.dlr_at, r.smpp_code, r.sms_result, r.smsid, r.created_at,
       r.sent_at, r.error
from core.recipients r
where r.campaign_id = :campaign_id::bigint
--? stages:        r.stage = any(:stages::varchar[])
--? sms_results:   r.sms_result = any(:sms_results::varchar[])
--? codes:         r.smpp_code = any(:smpp_codes::varchar[])
--? codes_or_null: r.smpp_code = any(:smpp_codes::varchar[]) or r.smpp_code is null
--? not_null:      r.smpp_code is not null
--? null:          r.smpp_code is null
--? esmes:         r.esme = any(:esmes::varchar[])
--^ id:   r.recipient_id::bigint, r.recipient_id::bigint
--^ sent: r.sent_at::timestamptz?, r.recipient_id::bigint
