-- Recipients of some campaigns for a copy: everything but what leads to a number. In no order, so that the server need not
-- sort; the copy does, and counts them anew, because a source may use numbers for its own ids.
select
  r.campaign_id, r.recipient_id, r.ctn_tail, r.stage, r.esme,
  regexp_replace(regexp_replace(r.filter, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as filter,
  r.parts, r.command_status, r.smsid, r.smpp_code, r.sms_result, r.err,
  regexp_replace(regexp_replace(r.error, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as error,
  r.created_at, r.sent_at, r.dlr_at
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
--? piece: r.recipient_id > :after::bigint and r.recipient_id <= :upto::bigint
