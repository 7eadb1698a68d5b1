-- campaigns/activity as it was counted. No row: the counts are of another state of the campaign, so its rows have to be
-- counted. A campaign that has sent nothing has one row without a day.
select (q.quarter at time zone :zone::varchar)::date as day, sum(q.sent)::bigint as sent,
       sum(q.delivered)::bigint as delivered, sum(q.failed)::bigint as failed
from kit.counted k
left join kit.counted_quarters q on q.campaign_id = k.campaign_id
where k.campaign_id = :campaign_id::bigint and k.updated_at = :updated_at::timestamptz
group by (q.quarter at time zone :zone::varchar)::date
order by day
