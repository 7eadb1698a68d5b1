-- How many campaigns of a view there are, by everything that a filter looks at: campaigns/facets with the period and the
-- search, for a filter that has one of them. `passed` are those alone that pass both.
select c.status, c.mode, c.workspace_id,
       :since::timestamptz is null or (c.created_at >= :since::timestamptz and c.created_at < :now::timestamptz) as in_period,
       coalesce(:search::varchar = '' or strpos(lower(c.saddr), lower(:search::varchar)) > 0
         or c.external_id between :id_low::uuid and :id_high::uuid, false) as found,
       count(*) as campaigns
from core.campaigns c
where c.workspace_id = any(:scope::varchar[])
--? campaigns: not exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id) and not (c.status = 'New' and c.moderation = 'Pending')
--? queue:     not exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id) and c.status = 'New' and c.moderation = 'Pending'
--? archive:   exists (select 1 from kit.archived a where a.campaign_id = c.campaign_id)
--? passed:    c.created_at >= :since::timestamptz and c.created_at < :now::timestamptz and (strpos(lower(c.saddr), lower(:search::varchar)) > 0 or c.external_id between :id_low::uuid and :id_high::uuid)
group by c.status, c.mode, c.workspace_id, in_period, found
