-- The rows that become nothing, and why.
select case l.sort when 'report' then 'report_without_message' when 'message' then 'message_without_time' else l.sort end as reason,
       l.sql_id as line
from lines l
where l.sort in ('inbound', 'other_momt') or (l.sort = 'report' and l.message is null) or (l.sort = 'message' and l.moment is null)
