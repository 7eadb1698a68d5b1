-- Campaigns of a scope, one row each (R9–R21), and what was counted of each, if anything, as of which state of it (`counted_at`). What
-- holds no longer is counted apart, for the page's fifty alone (campaigns/progress): a join here would count every campaign that
-- matches. `…senders` are `sender` and `id_or_sender` where it is
-- known which senders those find.
select c.campaign_id, c.external_id::varchar as external_id, c.workspace_id, c.status, c.moderation, c.auto_start, c.mode,
       c.total, c.saddr, c.start_at, c.end_at, c.created_at, c.author_name, c.author_email,
       c.name, c.window_from, c.window_to, c.delivery_errors, c.updated_at, a.campaign_id is not null as archived,
       k.updated_at as counted_at, k.recipients, k.sent, k.delivered, k.errors
from core.campaigns c
left join kit.archived a on a.campaign_id = c.campaign_id
left join kit.counted k on k.campaign_id = c.campaign_id
where c.workspace_id = any(:scope::varchar[])
--? campaigns:    a.campaign_id is null and not (c.status = 'New' and c.moderation = 'Pending')
--? queue:        a.campaign_id is null and c.status = 'New' and c.moderation = 'Pending'
--? archive:      a.campaign_id is not null
--? period:       c.created_at >= :since::timestamptz and c.created_at < :now::timestamptz
--? created_lately: c.created_at >= :lately::timestamptz
--? start_lately: c.start_at >= :lately::timestamptz
--? statuses:     c.status = any(:statuses::varchar[])
--? modes:        c.mode = any(:modes::varchar[])
--? workspaces:   c.workspace_id = any(:workspaces::varchar[])
--? sender:       strpos(lower(c.saddr), lower(:search::varchar)) > 0
--? id_or_sender: strpos(lower(c.saddr), lower(:search::varchar)) > 0 or c.external_id between :id_low::uuid and :id_high::uuid
--? senders:      c.saddr collate "C" = any(:senders::varchar[])
--? id_or_senders: c.saddr collate "C" = any(:senders::varchar[]) or c.external_id between :id_low::uuid and :id_high::uuid
--? exactly:      c.external_id = :id_low::uuid
--? id:           c.external_id between :id_low::uuid and :id_high::uuid
--^ created: c.created_at::timestamptz, c.external_id::uuid
--^ start:   c.start_at::timestamptz?, c.external_id::uuid
--^ sender:  c.saddr collate "C"::varchar, c.external_id::uuid
