-- One row a message, whatever has become of it by the time of the export.
select
  m."Sid" as recipient_key,
  m."Sid" as smsid,
  -- A messaging service chooses the sender later. A long sender without + is a number that a spreadsheet took for one.
  coalesce(regexp_replace(m."From", '^(\d{10,15})(\.0)?$', '+\1'), '') as saddr,
  regexp_replace(m."To", '^(sms|mms|rcs|whatsapp):', '', 'i') as ctn,
  case when starts_with(m."AccountSid", 'AC') then m."AccountSid" end as esme,
  coalesce(s.stage, 'Delivered') as stage,
  case when coalesce(s.is_receipt, 'yes') = 'yes' then m."Status" end as smpp_code,
  m.code as err,
  coalesce(e.meaning || ' (' || m.code || ')', 'error ' || m.code || ', which is not listed', s.error) as error,
  case when try_cast(m."NumSegments" as integer) between 0 and 32767 then try_cast(m."NumSegments" as integer) end as parts,
  m.dated_at as created_at,
  case when coalesce(s.stage, 'Delivered') = 'Delivered' then m.dated_at end as sent_at
from (
  select *, rowid as line, nullif(nullif(regexp_extract("ErrorCode", '^(\d{1,6})(\.0)?$', 1), ''), '0') as code
  from lines
  where kind = 'message'
) m
left join statuses s on s.status = m.word
left join errors e on e.err = m.code
order by m.line;
