-- The scope's messages as they stood at :as_of; no number, no hash, no tail, and of the centre's id its form alone. Their own
-- ids stay out as well, because a source may use numbers for them: `place` counts them in that order, and `same_as` is the
-- place of the first message to the same number, which tells who got something twice and nothing else.
-- What was sent or reported later is taken back: not yet submitted, not yet reported. The verdict is that of
-- domain/delivery.py, by the codes given in :waiting, :delivered and :failed; any other code decides nothing.
select
  s.campaign_id, s.place,
  case when s.ctn_hash is not null then min(s.place) over (partition by s.ctn_hash) end as same_as,
  s.stage, s.esme, s.filter, s.parts, s.command_status, s.smpp_code, s.sms_result,
  s.err, s.error, s.smsid_form, s.created_at, s.sent_at, s.dlr_at,
  case
    when s.stage = 'New' and s.sms_result = 'unknown' and s.smpp_code is null
      then case when s.filter is null then 'not_submitted' else 'excluded' end
    when s.stage = 'Failed' and s.sms_result = 'unknown' and s.smpp_code is null then 'failed_at_submission'
    when s.stage in ('Sending', 'Delivered', 'Failed') and s.sms_result = 'failed'
      and s.smpp_code = any(:failed::varchar[]) then 'carrier_failed'
    when s.stage not in ('Sending', 'Delivered') then 'contradiction'
    when s.sms_result = 'delivered' and s.smpp_code = any(:delivered::varchar[]) then 'delivered'
    when s.sms_result = 'unknown' and (s.smpp_code is null or s.smpp_code = any(:waiting::varchar[]))
      then case
        when s.stage = 'Sending' or s.sent_at > :receipts_since::timestamptz then 'awaiting'
        else 'unknown'
      end
    when s.sms_result = 'unknown' and not (s.smpp_code = any(:delivered::varchar[]))
      and not (s.smpp_code = any(:failed::varchar[])) then 'unknown'
    else 'contradiction'
  end as verdict,
  coalesce(s.sent_at >= :from_at::timestamptz and s.sent_at < :to_at::timestamptz, true) as in_window
from (
  select
    r.campaign_id, row_number() over (order by r.campaign_id, r.recipient_id) as place, r.ctn_hash,
    case when r.sent_at > :as_of::timestamptz then 'New' else r.stage end as stage,
    r.esme,
    regexp_replace(regexp_replace(r.filter, '[^@[:space:]]+@', '…@', 'g'),
      '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as filter,
    r.parts, r.command_status,
    case when r.sent_at > :as_of::timestamptz or r.dlr_at > :as_of::timestamptz then null else r.smpp_code end
      as smpp_code,
    case when r.sent_at > :as_of::timestamptz or r.dlr_at > :as_of::timestamptz then 'unknown' else r.sms_result end
      as sms_result,
    case when r.dlr_at > :as_of::timestamptz then null else r.err end as err,
    regexp_replace(regexp_replace(r.error, '[^@[:space:]]+@', '…@', 'g'),
      '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as error,
    case
      when r.smsid is null then null
      when r.smsid ~ '^[0-9]+$' then 'decimal, ' || length(r.smsid)
      when r.smsid ~ '^[0-9A-Fa-f]+$' then 'hexadecimal, ' || length(r.smsid)
      else 'other, ' || length(r.smsid)
    end as smsid_form,
    r.created_at,
    case when r.sent_at > :as_of::timestamptz then null else r.sent_at end as sent_at,
    case when r.dlr_at > :as_of::timestamptz then null else r.dlr_at end as dlr_at
  from core.recipients r
  where r.campaign_id = any(:campaign_ids::bigint[]) and r.created_at <= :as_of::timestamptz
) as s
order by s.place
