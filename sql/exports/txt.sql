-- Recipients of one campaign, nothing but the number, in order (R62): the form in which a list is uploaded again.
-- See exports/csv for the order, the apostrophe and the numbers.
select r.recipient
from (
  select coalesce(
           case when ascii(n.ctn) < 65 and (ascii(n.ctn) in (43, 45, 61, 64) or ascii(n.ctn) in (0, 9, 13)) and n.ctn <> '' and n.ctn !~ '^[+]?[0-9]+$' then '''' || n.ctn else n.ctn end,
           '****' || p.ctn_tail) as recipient
  from core.recipients p
  left join core.recipient_numbers n on n.campaign_id = p.campaign_id and n.recipient_id = p.recipient_id
  where p.campaign_id = :campaign_id::bigint
  order by p.recipient_id
) r
--? stages:        p.stage = any(:stages::varchar[])
--? sms_results:   p.sms_result = any(:sms_results::varchar[])
--? codes:         p.smpp_code = any(:smpp_codes::varchar[])
--? codes_or_null: p.smpp_code = any(:smpp_codes::varchar[]) or p.smpp_code is null
--? not_null:      p.smpp_code is not null
--? esmes:         p.esme = any(:esmes::varchar[])
--? after:         p.recipient_id > :after_id::bigint
--? upto:          p.recipient_id <= :upto_id::bigint
