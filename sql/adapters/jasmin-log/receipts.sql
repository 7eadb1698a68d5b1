-- One row a receipt. It comes in on another bind than its message went out on, so the message is found by smsid alone.
select
  coalesce(receipt.id, unquoted(coalesce(valued(part[2], 'smpp-msgid'), valued(part[3], 'smpp-msgid')))) as smsid,
  coalesce(receipt.stat, unquoted(coalesce(valued(part[3], 'status'), valued(part[4], 'stat')))) as stat,
  case
    when kind = 'receipt_text' then receipt.err
    else nullif(unquoted(regexp_extract(line, '\] \[err:([^\]]*)\]', 1)), 'ND')   -- ND: the field was not there
  end as err,
  logged_at as received_at
from (select *, string_split(line, '] [') as part from lines)
where kind in ('receipt', 'receipt_text');
