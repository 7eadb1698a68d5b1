-- Messages sent per day of the given zone (R49): what each day sent, and what became of it. Days without a message
-- are filled in by the caller. Quarters of an hour come first, because zones are slow and days begin at a quarter.
select (q.quarter at time zone :zone::varchar)::date as day, sum(q.sent)::bigint as sent,
       sum(q.delivered)::bigint as delivered, sum(q.failed)::bigint as failed
from (
  select to_timestamp(floor(extract(epoch from r.sent_at) / 900) * 900) as quarter, count(*) as sent,
         count(*) filter (where r.sms_result = 'delivered') as delivered,
         count(*) filter (where r.sms_result = 'failed') as failed
  from core.recipients r
  where r.campaign_id = :campaign_id::bigint and isfinite(r.sent_at)
  group by floor(extract(epoch from r.sent_at) / 900)
) q
group by (q.quarter at time zone :zone::varchar)::date
order by day
