-- How many campaigns lie in the last hour, day, week and month before a moment, in the order of a list: within which of them, then, its
-- newest rows are. All of a scope and more, because to narrow them down takes longer than to count them.
select count(*) filter (where k.moment > :hour::timestamptz) as hour,
       count(*) filter (where k.moment > :day::timestamptz) as day,
       count(*) filter (where k.moment > :week::timestamptz) as week,
       count(*) filter (where k.moment > :month::timestamptz) as month
from (
  select case when :sort::varchar = 'start' then c.start_at else c.created_at end as moment
  from core.campaigns c
) k
where k.moment <= :until::timestamptz
