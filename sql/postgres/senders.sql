-- The senders that a search finds; null where more campaigns than so `few` may be theirs. One may come twice, or have no campaign
-- any more. No row where `tallied` has none.
select case when coalesce(sum(s.campaigns), 0) <= %(few)s then coalesce(array_agg(s.saddr), '{}') end as senders
from (
  select n.saddr, n.campaigns from kit.senders n
  union all
  select t.saddr, 1 from kit.tally t where t.saddr is not null
) s
where strpos(lower(s.saddr), lower(%(search)s::varchar)) > 0
having (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
