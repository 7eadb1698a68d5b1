-- The campaigns of the scope.
--= campaign: text
--= workspace: text
--= name: text
--= status: text
--= sender: text
--= messages: count
select
  left(c.external_id, 8) as campaign, c.workspace_id as workspace, coalesce(c.name, '–') as name, c.status,
  c.saddr as sender, count(r.place) as messages
from campaigns c
left join recipients r on r.campaign_id = c.campaign_id
group by all
order by c.workspace_id, campaign
limit 20
