-- The recipients of a source as the data contract has them: {yielded} is what its recipients.sql yields, {receipts} what its
-- receipts.sql does, each with all the columns it could have. What receipts add up to is delivery semantics, rule 2: a listed final
-- state beats an unlisted one and UNKNOWN, and these beat an intermediate one; among equals the latest, then the later line.
with {lines}stats (code, rank, place, sms_result) as (values {stats}),
folded as (
  select distinct on ({key}) {key}, trim(r.stat) as smpp_code, nullif(r.err, '') as err, r.received_at as dlr_at
  from ({receipts}) as r
  left join stats s on s.code = upper(trim(r.stat))
  where trim(r.stat) <> '' and r.received_at is not null
  order by {key}, coalesce(s.rank, 2) desc, r.received_at desc, coalesce(s.place, 0) desc, r.line desc nulls last
),
told as (
  select
    y.campaign_id, y.recipient_id, y.saddr, y.ctn, y.ctn_hash, y.ctn_tail, y.stage, y.esme, y.filter, y.parts, y.command_status,
    nullif(y.smsid, '') as smsid, coalesce(f.smpp_code, nullif(trim(y.smpp_code), '')) as smpp_code,
    case when f.smpp_code is null then nullif(y.err, '') else f.err end as err, y.error,
    coalesce(y.created_at, y.sent_at, y.dlr_at) as created_at, y.sent_at,
    case when f.smpp_code is null then y.dlr_at else f.dlr_at end as dlr_at
  from ({yielded}) as y
  left join folded f on {same}
)
select
  t.campaign_id, t.recipient_id, coalesce(right(t.ctn_tail, 4), kit.shown_digits(t.ctn), '')::varchar as ctn_tail,
  coalesce(t.stage, case
    when t.sent_at is not null or t.command_status = 'ESME_ROK' then 'Delivered'
    when t.command_status is not null then 'Failed'
    when t.smpp_code is not null then 'Sending'
    else 'New'
  end)::varchar as stage,
  t.esme, t.filter, coalesce(t.parts, 1::smallint) as parts, t.command_status, t.smsid, t.smpp_code::varchar as smpp_code,
  coalesce(s.sms_result, 'unknown')::varchar as sms_result, t.err::varchar as err, t.error, t.created_at, t.sent_at, t.dlr_at,
  t.ctn_hash, t.saddr, t.ctn
from told t
left join stats s on s.code = upper(t.smpp_code)
