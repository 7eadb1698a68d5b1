-- Nobody tries again for a campaign that has ended.
update core.recipients as r
set stage = 'Failed', error = 'not tried again, the campaign has ended (' || coalesce(r.command_status, 'no answer') || ')'
from sim.answers a
join core.campaigns c on c.campaign_id = a.campaign_id
where a.attempt > 0 and c.status in ('Cancelled', 'Failed', 'Expired') and r.stage = 'Sending'
  and r.command_status is not null and r.campaign_id = a.campaign_id and r.recipient_id = a.recipient_id
