-- How fast some campaigns send (R48): what went out since a moment, when the last one did, and what waits in the list.
select r.campaign_id, count(*) filter (where r.sent_at > :since::timestamptz) as lately, min(r.sent_at) as first,
       max(r.sent_at) as last, count(*) filter (where r.stage = 'New' and r.filter is null) as waiting
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[])
group by r.campaign_id
