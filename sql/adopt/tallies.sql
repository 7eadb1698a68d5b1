-- What the recipients of each campaign amount to.
select
  r.campaign_id, min(r.created_at) as created_at, max(greatest(r.created_at, r.sent_at, r.dlr_at)) as updated_at,
  bool_or(r.stage in ('New', 'Sending')) as is_busy
from core.recipients r
group by r.campaign_id
