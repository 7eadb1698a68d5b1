-- Recipients that have come for a copy, by campaign and in order, counted anew within each campaign, because a source may use
-- numbers for its own ids; of a campaign that comes in pieces, so many came before. Nothing is sorted: each row is held against
-- the one before it.
insert into core.recipients by name
select * exclude (place, first_place) replace ($before + place - first_place + 1 as recipient_id)
from (
  select * exclude (before_it),
    max(case when campaign_id is distinct from before_it then place end) over (rows unbounded preceding) as first_place
  from (select *, row_number() over () as place, lag(campaign_id) over () as before_it from arrived)
)
