-- How fast some campaigns send (R48): what went out since a moment and since a later one, when the first and the last
-- message did, what waits in the list, and how much of the whole that is.
select r.campaign_id, count(*) filter (where r.sent_at > :since::timestamptz) as lately,
       count(*) filter (where r.sent_at > :just_since::timestamptz) as just_now, min(r.sent_at) as first,
       max(r.sent_at) as last, count(*) filter (where r.stage = 'New' and r.filter is null) as waiting,
       count(r.sent_at) as sent, count(*) as recipients
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
group by r.campaign_id
