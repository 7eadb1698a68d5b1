-- How far each campaign has come with its list.
update sim.campaigns as s
set sent_to = d.last, submitted = s.submitted + d.number, to_send = s.to_send - d.number
from (
  select n.campaign_id, max(n.recipient_id) as last, count(*) as number from drawn n group by n.campaign_id
) d
where s.campaign_id = d.campaign_id
