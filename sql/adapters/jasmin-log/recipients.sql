-- One row an attempt to submit a message: Jasmin logs each, and keeps the queue-msgid while it retries.
-- The sender may hold brackets of its own, the number cannot.
select
  bracketed(line, 'queue-msgid') as recipient_key,
  unquoted(address.sender) as saddr,
  unquoted(address.number) as ctn,
  bracketed(line, 'cid') as esme,
  command_status,
  unquoted(bracketed(split_part(line, ' [from:', 1), 'smpp-msgid')) as smsid,
  case
    when command_status = 'ESME_ROK' then 'Delivered'
    when bracketed(line, 'retry') = 'True' then 'Sending'
    else 'Failed'
  end as stage,
  case when command_status <> 'ESME_ROK' then 'submission refused: ' || command_status end as error,
  logged_at as created_at,
  logged_at as attempted_at,
  case when command_status = 'ESME_ROK' then logged_at end as sent_at
from (
  select
    line,
    logged_at,
    regexp_replace(bracketed(line, 'status'), '^(ERROR/)?(CommandStatus\.)?', '') as command_status,
    regexp_extract(line, ' \[from:(.*?)\] \[to:([^\[\]]*)\] \[content:', ['sender', 'number']) as address
  from lines
  where kind = 'submission'
);
