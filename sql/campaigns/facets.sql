-- How many campaigns of a scope fit each combination of what can be chosen (status, mode, workspace), under the filters
-- that are no choice among values. The caller adds up, for each value, what the other groups' choices leave (R33, R34, R69).
select c.status, c.mode, c.workspace_id, count(*) as campaigns
from core.campaigns c
left join kit.archived a on a.campaign_id = c.campaign_id
where c.workspace_id = any(:scope::varchar[])
--? campaigns:    a.campaign_id is null and not (c.status = 'New' and c.moderation = 'Pending')
--? queue:        a.campaign_id is null and c.status = 'New' and c.moderation = 'Pending'
--? archive:      a.campaign_id is not null
--? period:       c.created_at >= :since::timestamptz and c.created_at < :now::timestamptz
--? sender:       strpos(lower(c.saddr), lower(:search::varchar)) > 0
--? id_or_sender: strpos(lower(c.saddr), lower(:search::varchar)) > 0 or c.external_id between :id_low::uuid and :id_high::uuid
group by c.status, c.mode, c.workspace_id
