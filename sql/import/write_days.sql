-- The campaigns of a source without campaigns: one for each sender and local day.
insert into core.campaigns by name
select
  d.campaign_id, d.external_id, $workspace as workspace_id, case when t.is_busy then 'Sending' else 'Done' end as status,
  'Approved' as moderation, d.saddr, t.total, t.created_at, t.updated_at
from days d
join tallies t using (campaign_id)
where d.is_new and t.total > 0
order by d.campaign_id;

-- A status that is neither was set by somebody since (cancelled by hand, say) and stays.
update core.campaigns c
set status = case when t.is_busy then 'Sending' else 'Done' end,
  total = t.total, created_at = t.created_at, updated_at = t.updated_at
from tallies t
where not $has_campaigns and c.campaign_id = t.campaign_id and t.total > 0 and c.status in ('Sending', 'Done')
  and (c.status, c.total, c.created_at, c.updated_at)
    is distinct from (case when t.is_busy then 'Sending' else 'Done' end, t.total, t.created_at, t.updated_at);

-- All of its recipients turned out to have begun on another day; kept only if somebody has dealt with it.
delete from core.campaigns c
using tallies t
where not $has_campaigns and c.campaign_id = t.campaign_id and t.total = 0
  and c.campaign_id not in (select campaign_id from kit.archived)
  and c.campaign_id not in (select campaign_id from kit.audit_events where campaign_id is not null);
