-- How many campaigns of a view there are, by what is chosen among values. From these few rows the caller adds up how many
-- match, how many each value would show (R33, R34, R69), and how many would match without one filter (R39).
select c.status, c.mode, c.workspace_id, count(*) as campaigns
from core.campaigns c
where c.workspace_id = any(:scope::varchar[])
--? campaigns: not exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id) and not (c.status = 'New' and c.moderation = 'Pending')
--? queue:     not exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id) and c.status = 'New' and c.moderation = 'Pending'
--? archive:   exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id)
group by c.status, c.mode, c.workspace_id
