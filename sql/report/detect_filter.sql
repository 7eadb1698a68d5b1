-- A carrier that rejects a good part of what it is sent, though not all: as a filter that goes by the text does.
--= channel: text
--= sent: count
--= rejected: count
--= share: percent
--= elsewhere: percent
with fared as (
  select esme, count(*) as sent, count(*) filter (where smpp_code = 'REJECTD') as rejected
  from recipients
  where in_window and sent_at is not null and esme is not null
  group by esme
)
select
  f.esme as channel, f.sent, f.rejected, f.rejected / f.sent as share,
  (select sum(o.rejected) / nullif(sum(o.sent), 0) from fared o where o.esme <> f.esme) as elsewhere
from fared f
where f.sent >= 50 and f.rejected >= f.sent * 0.15 and f.rejected <= f.sent * 0.6
order by f.rejected desc, f.esme
