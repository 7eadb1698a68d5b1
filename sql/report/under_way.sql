-- Which campaigns were not over when the snapshot was taken.
--= campaigns: count
select count(*) as campaigns from campaigns where status not in ('Done', 'Cancelled', 'Failed', 'Expired')
