-- What each row of the export is: `kind` is 'message', or the reason why it maps onto nothing.
-- The text of a message (Body) is no column of this adapter, so it is not read at all.
select
  *,
  case
    when starts_with(lower("Direction"), 'inbound') or status in ('receiving', 'received') then 'inbound'
    when status is null then 'without_status'
    when "SentDate" is not null and dated_at is null then 'date_unreadable'
    else 'message'
  end as kind
from (select *, lower("Status") as status, moment("SentDate") as dated_at from source_rows);
