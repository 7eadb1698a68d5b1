-- One row a message. dlr_mask is a set of bits: in a message what is asked for, in a report what it says. 1 delivered, 2 not
-- delivered, 4 buffered at the centre, 8 accepted by the centre, 16 refused by it, 32 another intermediate state (Kannel's user
-- guide, "delivery reports"). A report of 8 says ACK/…, one of 16 NACK/0x0000000b/Invalid Destination Address, URL-encoded.
--
-- Where nobody asked whether the centre accepts (no 8), a message counts as accepted from when Kannel has it.
select
  m.message as recipient_id, m.saddr, m.ctn, m.esme, m.stage, m.created_at,
  case when m.stage = 'Delivered' then coalesce(m.accepted_at, m.created_at) end as sent_at,
  case m.stage
    when 'Failed' then case lower(m.refusal)
      when '0x00000008' then 'ESME_RSYSERR'
      when '0x0000000a' then 'ESME_RINVSRCADR'
      when '0x0000000b' then 'ESME_RINVDSTADR'
      when '0x00000014' then 'ESME_RMSGQFUL'
      when '0x00000045' then 'ESME_RSUBMITFAIL'
      when '0x00000050' then 'ESME_RINVDSTTON'
      when '0x00000051' then 'ESME_RINVDSTNPI'
      when '0x00000058' then 'ESME_RTHROTTLED'
      else m.refusal
    end
    when 'Delivered' then case when m.accepted_at is not null then 'ESME_ROK' end
  end as command_status,
  case when m.stage = 'Failed' then 'submission refused' || coalesce(': ' || m.reason, '') end as error,
  m.smsid
from (
  select
    l.message,
    max(l.saddr) filter (where l.sort = 'message') as saddr,
    max(l.ctn) filter (where l.sort = 'message') as ctn,
    coalesce(max(l.smsc_id) filter (where l.sort = 'report'), max(l.smsc_id)) as esme,
    min(l.moment) filter (where l.sort = 'message') as created_at,
    min(l.moment) filter (where l.sort = 'report' and l.mask & 8 <> 0) as accepted_at,
    max(substring(l.text from '(?i)^NACK(?:/|%2F)(0x[0-9a-f]+)')) filter (where l.sort = 'report' and l.mask & 16 <> 0) as refusal,
    max(replace(replace(
      substring(l.text from '(?i)^NACK(?:/|%2F)0x[0-9a-f]+(?:/|%2F)(.+)$'), '+', ' '), '%2F', '/'
    )) filter (where l.sort = 'report' and l.mask & 16 <> 0) as reason,
    max(substring(l.text from '(?i)(?:^|[+ ])id(?::|%3A)([^+% ]+)')) filter (where l.sort = 'report') as smsid,
    case
      when bool_or(l.waits) then 'New'
      when bool_or(l.sort = 'report' and l.mask & 47 <> 0) then 'Delivered'
      when bool_or(l.sort = 'report' and l.mask & 16 <> 0) then 'Failed'
      when bool_or(l.sort = 'message' and l.mask & 8 <> 0) then 'Sending'
      else 'Delivered'
    end as stage
  from lines l
  where l.sort in ('message', 'report')
  group by l.message
  having bool_or(l.sort = 'message')
) as m
where m.created_at is not null
