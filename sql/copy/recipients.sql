-- Recipients of some campaigns for a copy: everything but what leads to a number, in order. The copy counts them anew as they
-- come, because a source may use numbers for its own ids; a server would take half as long again to do it.
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
order by r.campaign_id, r.recipient_id
--? piece: r.campaign_id = :campaign_id::bigint and r.recipient_id > :after::bigint and r.recipient_id <= :upto::bigint
