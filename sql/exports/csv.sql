-- Recipients of one campaign as the guide's ten columns (R62), in order, for the engine's COPY. They are sorted first and spelt
-- out afterwards, so that no long texts are sorted; filters stand below the sort, because above it the order could get lost.
-- A text that a spreadsheet would take for a formula (it begins with = + - @, a tab, a carriage return or NUL) gets an
-- apostrophe in front; a number as E.164 writes it does not (R65). Those signs come before A and most texts do not, so one
-- comparison settles most; the lists are short on purpose: DuckDB turns an IN of six and more into a join, which keeps no
-- order. A masked number begins with a star, so it needs no guard. Moments leave as timestamps in UTC, which the store's copy writes as ISO 8601. Without the grant
-- `recipient_numbers` is compiled away, and nothing here can lead to a number (R57); nor can a free text, with the grant or without.
select
  r.recipient,
  case when ascii(r.stage) < 65 and (ascii(r.stage) in (43, 45, 61, 64) or ascii(r.stage) in (0, 9, 13)) and r.stage <> '' and r.stage !~ '^[+]?[0-9]+$' then '''' || r.stage else r.stage end as stage,
  case when ascii(r.esme) < 65 and (ascii(r.esme) in (43, 45, 61, 64) or ascii(r.esme) in (0, 9, 13)) and r.esme <> '' and r.esme !~ '^[+]?[0-9]+$' then '''' || r.esme else r.esme end as esme,
  case when ascii(r.filter) < 65 and (ascii(r.filter) in (43, 45, 61, 64) or ascii(r.filter) in (0, 9, 13)) and r.filter <> '' and r.filter !~ '^[+]?[0-9]+$' then '''' || r.filter else r.filter end as filter,
  r.delivered_at,
  case when ascii(r.smpp_code) < 65 and (ascii(r.smpp_code) in (43, 45, 61, 64) or ascii(r.smpp_code) in (0, 9, 13)) and r.smpp_code <> '' and r.smpp_code !~ '^[+]?[0-9]+$' then '''' || r.smpp_code else r.smpp_code end as smpp_code,
  case when ascii(r.smsid) < 65 and (ascii(r.smsid) in (43, 45, 61, 64) or ascii(r.smsid) in (0, 9, 13)) and r.smsid <> '' and r.smsid !~ '^[+]?[0-9]+$' then '''' || r.smsid else r.smsid end as smsid,
  r.created_at,
  r.sent_at,
  case when ascii(r.error) < 65 and (ascii(r.error) in (43, 45, 61, 64) or ascii(r.error) in (0, 9, 13)) and r.error <> '' and r.error !~ '^[+]?[0-9]+$' then '''' || r.error else r.error end as error
from (
  select p.recipient_id, coalesce(
           case when ascii(n.ctn) < 65 and (ascii(n.ctn) in (43, 45, 61, 64) or ascii(n.ctn) in (0, 9, 13)) and n.ctn <> '' and n.ctn !~ '^[+]?[0-9]+$' then '''' || n.ctn else n.ctn end,
           '****' || p.ctn_tail) as recipient, p.stage, p.esme,
         regexp_replace(p.filter, '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as filter,
         case when p.sms_result <> 'unknown' then p.dlr_at end at time zone 'UTC' as delivered_at, p.smpp_code, p.smsid,
         p.created_at at time zone 'UTC' as created_at, p.sent_at at time zone 'UTC' as sent_at,
         regexp_replace(p.error, '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as error
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
