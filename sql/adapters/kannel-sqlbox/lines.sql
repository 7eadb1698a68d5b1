-- Every row of both tables, and the message that it is about.
--
-- What sqlbox writes (gw/sqlbox.c, gw/sqlbox_pgsql.c): a row of sent_sms for each message that is handed on ('MT'), that comes in
-- ('MO'), and for each report ('DLR'). `id` is never written. The CHECK on momt lists NULL, so it refuses nothing, and momt is
-- what somebody put there. `time` is the sender's, in seconds: of a message that was put into send_sms it is null unless the
-- application has set it; reports always have it. Empty texts are written as null, -1 as null.
--
-- A report bears the sender, receiver and dlr_url of its message and nothing else that would name it: applications put an
-- id of theirs into dlr_url. So a report is about the last message before it with the same three. In a race of the two the
-- report is written first: then it is about the first message after it.
select
  d.sql_id, d.sort, d.saddr, d.ctn, d.smsc_id, d.mask, d.text, d.waits,
  case when d.sort = 'message' then d.sql_id else coalesce(d.last_before, d.first_after) end as message,
  coalesce(d.moment, d.moment_before, d.moment_after, case when d.waits then date_trunc('day', now()) end) as moment
from (
  select
    s.*,
    max(case when s.sort = 'message' then s.sql_id end) over (partition by s.ctn, s.saddr, s.dlr_url order by s.sql_id) as last_before,
    min(case when s.sort = 'message' then s.sql_id end) over (partition by s.ctn, s.saddr, s.dlr_url) as first_after,
    max(s.moment) over (order by s.sql_id) as moment_before,
    min(s.moment) over () as moment_after
  from (
    select
      l.sql_id,
      case upper(l.momt) when 'MT' then 'message' when 'DLR' then 'report' when 'MO' then 'inbound' else 'other_momt' end as sort,
      coalesce(l.sender, '') as saddr, l.receiver as ctn, coalesce(l.dlr_url, '') as dlr_url, l.smsc_id,
      coalesce(l.dlr_mask, 0) as mask, l.msgdata as text, false as waits,
      case when l.time between 1 and 4102444800 then to_timestamp(l.time) end as moment   -- until 2100: not milliseconds
    from sent_sms l
    union all
    -- What waits has no place in the log yet: behind everything, and when the last thing happened if it does not say.
    select
      1000000000000000 + q.sql_id, 'message', coalesce(q.sender, ''), q.receiver, null, q.smsc_id, coalesce(q.dlr_mask, 0),
      null, true, case when q.time between 1 and 4102444800 then to_timestamp(q.time) end
    from send_sms q
  ) as s
) as d
