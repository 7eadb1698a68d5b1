-- Messages of which nothing was ever heard: more than half of what a channel was sent on a day (UTC), 24 hours and more
-- before $as_of, has no receipt. The form of the centre's ids tells whether receipts can have found them.
--= channel: text
--= day: date
--= sent: count
--= silent: count
--= share: percent
--= form: text
--= usual_form: text
--= elsewhere: percent
with days as (
  select
    esme, (sent_at at time zone 'UTC')::date as day, count(*) as sent, count(*) filter (where smpp_code is null) as silent,
    mode(smsid_form) filter (where smpp_code is null) as form
  from recipients
  where in_window and sent_at < $as_of::timestamptz - interval '24 hours' and esme is not null
  group by all
  having count(*) >= 20 and count(*) filter (where smpp_code is null) * 2 > count(*)
)
select
  d.esme as channel, d.day, d.sent, d.silent, d.silent / d.sent as share, d.form,
  coalesce((
    select arg_max(b.smsid_form, b.messages)
    from (
      select smsid_form, sum(messages) as messages from baseline where esme = d.esme and smpp_code is not null group by all
    ) b
  ), '') as usual_form,
  (
    select count(*) filter (where o.smpp_code is null) / nullif(count(*), 0)
    from recipients o
    where o.in_window and o.sent_at < $as_of::timestamptz - interval '24 hours' and o.esme <> d.esme
  ) as elsewhere
from days d
order by d.silent desc, d.esme, d.day
