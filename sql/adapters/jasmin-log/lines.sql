-- What each line of the log is. `kind` is 'submission', 'receipt', 'receipt_text' (a receipt that Jasmin took for an
-- inbound message, because its stat or its form is the vendor's own), or the reason why the line maps onto nothing.
-- The text of a message is never looked at further than that, and goes nowhere.
select
  line,
  sort,
  try_strptime(left(line, 19), '%Y-%m-%d %H:%M:%S') as logged_at,
  case
    when try_strptime(left(line, 19), '%Y-%m-%d %H:%M:%S') is null then 'not_a_log_line'
    when sort = 'SMS-MT' then
      case
        when bracketed(line, 'queue-msgid') is not null and bracketed(line, 'status') is not null
          and regexp_matches(line, ' \[from:.*?\] \[to:[^\[\]]*\] \[content:') then 'submission'
        else 'truncated'
      end
    when sort = 'DLR' then
      case
        when not contains(line, ' [content:') then 'truncated'
        when bracketed(line, 'smpp-msgid') is null then 'receipt_without_id'
        when coalesce(bracketed(line, 'status'), bracketed(line, 'stat')) is null then 'receipt_without_stat'
        else 'receipt'
      end
    when sort = 'SMS-MO' then
      case
        when not contains(line, ' [content:') then 'truncated'
        when receipt_text(content).problem is null then 'receipt_text'
        when receipt_text(content).problem = 'not_a_receipt' then 'inbound'
        else receipt_text(content).problem
      end
    when regexp_matches(line, '^\S+ \S+ +[A-Z]+ +\d+ ') then 'other_log_line'
    else 'not_a_log_line'
  end as kind,
  content
from (
  select
    line,
    regexp_extract(line, '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d+)? +[A-Z]+ +\d+ (SMS-MT|SMS-MO|DLR) \[', 1) as sort,
    -- Escapes of the repr become spaces, so that `err:000\x00` is 000; what follows the quote is not the receipt's.
    regexp_replace(
      regexp_replace(split_part(line, ' [content:', 2), '[''"]?\]( \[tlvs:.*)?$', ''),
      '\\(x[0-9a-fA-F]{2}|[nrt])', ' ', 'g'
    ) as content
  from source_lines(:source)
);
