-- The senders that a search finds, if so few campaigns are theirs that it is faster to find those and then order them than to
-- go through all campaigns in order until a page is full; else null. One may come twice, or have no campaign any more. No row where `tallied`
-- has none.
select case when coalesce(sum(s.campaigns) filter (where s.found), 0) ^ 2 <= 10 * sum(s.campaigns)
         then coalesce(array_agg(s.saddr) filter (where s.found), '{}') end as senders
from (
  select n.saddr, n.campaigns, strpos(lower(n.saddr), lower(%(search)s::varchar)) > 0 as found
  from kit.senders n
  union all
  select t.saddr, t.campaigns, strpos(lower(t.saddr), lower(%(search)s::varchar)) > 0
  from kit.tally t
  where t.saddr is not null
) s
having (select count(*) from (select from kit.tally limit %(most)s + 1) n) <= %(most)s
