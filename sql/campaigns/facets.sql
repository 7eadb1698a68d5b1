-- How many campaigns of a view there are, by everything that a filter looks at. From these few rows the caller adds up
-- how many match, how many each value would show (R33, R34, R69), and how many would match without one filter (R39).
select c.status, c.mode, c.workspace_id,
       :since::timestamptz is null or (c.created_at >= :since::timestamptz and c.created_at < :now::timestamptz) as in_period,
       coalesce(:search::varchar = '' or strpos(lower(c.saddr), lower(:search::varchar)) > 0
         or c.external_id between :id_low::uuid and :id_high::uuid, false) as found,
       count(*) as campaigns
from core.campaigns c
left join kit.archived a on a.campaign_id = c.campaign_id
where c.workspace_id = any(:scope::varchar[])
--? campaigns: a.campaign_id is null and not (c.status = 'New' and c.moderation = 'Pending')
--? queue:     a.campaign_id is null and c.status = 'New' and c.moderation = 'Pending'
--? archive:   a.campaign_id is not null
group by c.status, c.mode, c.workspace_id, in_period, found
