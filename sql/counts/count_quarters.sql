-- Count what some campaigns sent in each quarter of an hour, and what became of it. A time without end is in none.
insert into kit.counted_quarters (campaign_id, quarter, sent, delivered, failed)
select r.campaign_id, to_timestamp(floor(extract(epoch from r.sent_at) / 900) * 900), count(*),
       count(*) filter (where r.sms_result = 'delivered'), count(*) filter (where r.sms_result = 'failed')
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[]) and isfinite(r.sent_at)
group by r.campaign_id, floor(extract(epoch from r.sent_at) / 900)
order by r.campaign_id, 2
