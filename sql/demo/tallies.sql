-- What the recipients of each campaign add up to.
select r.campaign_id, count(*), count(r.sent_at), count(*) filter (where r.sms_result = 'failed'),
       count(*) filter (where r.stage = 'New' and r.filter is not null),
       max(greatest(r.created_at, r.sent_at, r.dlr_at))
from core.recipients r
group by r.campaign_id
