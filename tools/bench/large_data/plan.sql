-- What every campaign is like; its luck is a hash of its number, and u is in (0, 1).
create temp table plan as
with drawn as (
  select n as campaign_id, (hash(n) % 1000000000)::bigint as luck, (hash(n, 1) % 1000000 + 0.5) / 1000000 as u,
         case when n = $largest then 0.1 when n % 30000 = 0 then 0.06 when n % 10000 = 5000 then 0.024 end as share,
         $now::timestamptz - to_seconds(($campaigns - n) * 600) as created_at
  from range(1, $campaigns + 1) as t(n)
), weighed as (
  select *, least(u ** -0.7, 200) as weight from drawn
), sized as (
  select *, coalesce(share * $recipients,
    1 + floor(0.48 * $recipients * weight / (select sum(weight) from weighed where share is null)))::bigint as size
  from weighed
)
select *, case when share is not null then 'Done' else
    case luck % 100 when 0 then 'Cancelled' when 1 then 'Expired' when 2 then 'Failed' when 3 then 'New' else 'Done' end
  end as kind,
  sum(size) over (order by campaign_id) as size_so_far
from sized;
