-- A sender name that a centre refuses at once, or that a carrier accepts and rejects, on channels where others get through.
--= sender: text
--= how: text
--= channels: text
--= channels_hit: count
--= channels_used: count
--= submitted: count
--= lost: count
--= share: percent
--= elsewhere: percent
with fared as (
  select
    c.saddr, r.esme, count(*) as submitted,
    count(*) filter (where r.command_status = 'ESME_RINVSRCADR' and r.stage = 'Failed') as refused,
    count(*) filter (where r.smpp_code = 'REJECTD') as rejected,
    count(*) filter (where r.verdict = 'delivered') as delivered
  from recipients r
  join campaigns c on c.campaign_id = r.campaign_id
  where r.in_window and r.stage in ('Delivered', 'Failed')
  group by all
  having count(*) >= 10
),
used as (
  select saddr, count(*) as channels_used, sum(delivered) filter (where (refused + rejected) * 2 <= submitted) as delivered,
    sum(submitted) filter (where (refused + rejected) * 2 <= submitted) as submitted
  from fared group by saddr
)
select
  f.saddr as sender, case when f.refused > f.rejected then 'refused' else 'rejected' end as how,
  string_agg(f.esme, ', ' order by f.esme) as channels, count(*) as channels_hit, u.channels_used,
  sum(f.submitted)::bigint as submitted, sum(f.refused + f.rejected)::bigint as lost,
  sum(f.refused + f.rejected) / sum(f.submitted) as share, u.delivered / nullif(u.submitted, 0) as elsewhere
from fared f
join used u on u.saddr = f.saddr
where (f.refused + f.rejected) * 2 > f.submitted
group by all
order by lost desc, sender, how
