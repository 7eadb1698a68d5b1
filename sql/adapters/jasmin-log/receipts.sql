-- One row a receipt. It comes in on another bind than its message went out on, so the message is found by smsid alone.
select
  unquoted(bracketed(line, 'smpp-msgid')) as smsid,
  unquoted(coalesce(bracketed(line, 'status'), bracketed(line, 'stat'))) as stat,
  nullif(unquoted(bracketed(line, 'err')), 'ND') as err,   -- Jasmin's word for a field that was not there
  logged_at as received_at
from lines
where kind = 'receipt'
union all
select text.id, text.stat, text.err, logged_at
from (select receipt_text(content) as text, logged_at from lines where kind = 'receipt_text');
