-- What each row of the export is: `kind` is 'message', or the reason why it maps onto nothing.
-- The text of a message (Body) is no column of this adapter, so it is not read at all.
select
  *,
  case
    when starts_with(lower("Direction"), 'inbound') or word in ('receiving', 'received') then 'inbound'
    when word is null then 'without_status'
    when not regexp_matches(word, '^[a-z][a-z _-]{0,29}$') then 'status_unreadable'   -- columns have slipped: it could be anything
    when "Sid" is not null and not regexp_matches("Sid", '^[A-Za-z]{2}[0-9A-Za-z_-]*$') then 'sid_unreadable'
    when "SentDate" is not null and dated_at is null then 'date_unreadable'
    else 'message'
  end as kind
from (select *, lower("Status") as word, moment("SentDate") as dated_at from source_rows);
