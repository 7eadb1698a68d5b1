-- The last recipient of the next piece of an export, of so many rows and one; no row: what is left is less. Pieces are what a
-- server copies one after the other inside one snapshot, each found by its key, so that a cluster need not collect a whole
-- campaign before its first row. The filters are those of exports/csv.
select p.recipient_id as upto_id
from core.recipients p
where p.campaign_id = :campaign_id::bigint
order by p.recipient_id
offset :rows::bigint
limit 1
--? stages:        p.stage = any(:stages::varchar[])
--? sms_results:   p.sms_result = any(:sms_results::varchar[])
--? codes:         p.smpp_code = any(:smpp_codes::varchar[])
--? codes_or_null: p.smpp_code = any(:smpp_codes::varchar[]) or p.smpp_code is null
--? not_null:      p.smpp_code is not null
--? esmes:         p.esme = any(:esmes::varchar[])
--? after:         p.recipient_id > :after_id::bigint
