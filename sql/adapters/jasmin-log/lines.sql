-- What each line of the log is. `kind` is 'submission', 'receipt', 'receipt_text' (a receipt that Jasmin took for an
-- inbound message, because its stat or its form is the vendor's own), or the reason why the line maps onto nothing.
-- The text of a message is looked at no further than that, and goes nowhere.
select
  line,
  logged_at,
  receipt,
  case
    when logged_at is null then 'not_a_log_line'
    when sort = 'SMS-MT' then
      case
        when valued(part[2], 'queue-msgid') is not null
          and coalesce(valued(part[3], 'status'), valued(part[4], 'status')) is not null
          and regexp_matches(line, ' \[from:.*\] \[to:[^\[\]]*\] \[content:') then 'submission'
        else 'truncated'
      end
    when sort = 'DLR' then
      case
        when not contains(line, '] [content:') then 'truncated'
        when coalesce(valued(part[2], 'smpp-msgid'), valued(part[3], 'smpp-msgid')) is null then 'receipt_without_id'
        when coalesce(valued(part[3], 'status'), valued(part[4], 'stat')) is null then 'receipt_without_stat'
        else 'receipt'
      end
    when sort = 'SMS-MO' then
      case
        when not contains(line, '] [content:') then 'truncated'
        when receipt_problem(receipt) is null then 'receipt_text'
        when receipt_problem(receipt) = 'not_a_receipt' then 'inbound'
        else receipt_problem(receipt)
      end
    when regexp_matches(line, '^\S+ \S+ +[A-Z]+ +\d+ ') then 'other_log_line'
    else 'not_a_log_line'
  end as kind
from (
  select
    line, sort,
    try_cast(regexp_extract(line, '^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[ ,]', 1) as timestamp) as logged_at,
    string_split(line, '] [') as part,   -- up to `from` nothing in a line may hold brackets, so the first parts are sure
    -- Escapes of the repr become spaces, so that `err:000\x00` is 000; the closing quote is not the receipt's.
    case when sort = 'SMS-MO' then receipt_text(
      regexp_replace(
        regexp_replace(split_part(line, '] [content:', 2), '[''"]?\]( \[tlvs:.*)?$', ''),
        '\\(x[0-9a-fA-F]{2}|[nrt])', ' ', 'g'
      )
    ) end as receipt
  from (
    select line, regexp_extract(line, '^\S+ \S+ +[A-Z]+ +\d+ (SMS-MT|SMS-MO|DLR) \[', 1) as sort
    from source_lines(:source)
  )
);
