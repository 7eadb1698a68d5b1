-- Whoever decides about a campaign that is under way waits until this step is done; a file has nobody else in it anyway.
select c.campaign_id
from core.campaigns c
where c.status in ('Pending', 'Building', 'Sending', 'Paused')
order by c.campaign_id
for no key update
