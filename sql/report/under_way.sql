-- How many campaigns were not over when the snapshot was taken.
--= campaigns: count
--= as_of: moment
select count(*) as campaigns, $as_of::timestamptz as as_of
from campaigns
where status not in ('Done', 'Cancelled', 'Failed', 'Expired')
