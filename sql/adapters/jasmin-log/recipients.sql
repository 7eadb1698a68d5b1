-- One row an attempt to submit a message: Jasmin logs each, and keeps the queue-msgid while it retries.
select
  valued(part[2], 'queue-msgid') as recipient_key,
  unquoted(sender) as saddr,
  unquoted(number) as ctn,
  split_part(part[1], ' [cid:', 2) as esme,
  command_status,
  unquoted(valued(part[3], 'smpp-msgid')) as smsid,
  case
    when command_status = 'ESME_ROK' then 'Delivered'
    when valued(part[4], 'retry') = 'True' then 'Sending'
    else 'Failed'
  end as stage,
  case when command_status <> 'ESME_ROK' then 'submission refused: ' || command_status end as error,
  logged_at as created_at,
  logged_at as attempted_at,
  case when command_status = 'ESME_ROK' then logged_at end as sent_at
from (
  select
    part,
    logged_at,
    regexp_replace(coalesce(valued(part[3], 'status'), valued(part[4], 'status')), '^(ERROR/)?(CommandStatus\.)?', '') as command_status,
    -- A sender may hold brackets of its own, a number cannot; older versions have fewer parts.
    case
      when plain then substr(part[8], 6)
      else regexp_extract(line, ' \[from:(.*?)\] \[to:[^\[\]]*\] \[content:', 1)
    end as sender,
    case
      when plain then substr(part[9], 4)
      else regexp_extract(line, ' \[from:.*?\] \[to:([^\[\]]*)\] \[content:', 1)
    end as number
  from (
    select *, starts_with(part[8], 'from:') and starts_with(part[9], 'to:') and starts_with(part[10], 'content:') as plain
    from (select *, string_split(line, '] [') as part from lines)
    where kind = 'submission'
  )
);
