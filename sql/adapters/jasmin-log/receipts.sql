-- One row a receipt. It comes in on another bind than its message went out on, so the message is found by smsid alone.
select
  case when kind = 'receipt' then unquoted(coalesce(valued(part[2], 'smpp-msgid'), valued(part[3], 'smpp-msgid'))) else text.id end as smsid,
  case when kind = 'receipt' then unquoted(coalesce(valued(part[3], 'status'), valued(part[4], 'stat'))) else text.stat end as stat,
  case
    when kind = 'receipt' then nullif(unquoted(regexp_extract(line, '\] \[err:([^\]]*)\]', 1)), 'ND')   -- ND: the field was not there
    else text.err
  end as err,
  logged_at as received_at
from (
  select *, case when kind = 'receipt_text' then receipt_text(content) end as text
  from lines
  where kind in ('receipt', 'receipt_text')
);
