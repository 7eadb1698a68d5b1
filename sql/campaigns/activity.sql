-- Messages sent per day of the given zone (R49): what each day sent, and what became of it. Days without a message
-- are filled in by the caller.
select (r.sent_at at time zone :zone::varchar)::date as day, count(*) as sent,
       count(*) filter (where r.sms_result = 'delivered') as delivered,
       count(*) filter (where r.sms_result = 'failed') as failed
from core.recipients r
where r.campaign_id = :campaign_id::bigint and r.sent_at is not null
group by (r.sent_at at time zone :zone::varchar)::date
order by day
