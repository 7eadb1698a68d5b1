-- How many receipts came in between the earlier report's data and this one's.
--= receipts: count
select count(*) as receipts
from recipients
where dlr_at > (select max(as_of) from earlier) and dlr_at <= $as_of::timestamptz
