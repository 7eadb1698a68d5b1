-- A distinct entry is one entry, however often it is yielded; it need not be about a campaign.
insert into core.audit_events
select
  (select coalesce(max(audit_id), 0) from core.audit_events) + row_number() over (order by y.occurred_at, y.line),
  coalesce(y.workspace_id, c.workspace_id, $workspace), h.campaign_id, y.action, y.actor, y.note, y.occurred_at
from (select campaign_key, workspace_id, action, actor, note, occurred_at, min(rowid) as line from yielded_audit_events group by all) y
left join homes h using (campaign_key)
left join core.campaigns c on c.campaign_id = h.campaign_id
where (y.campaign_key is null or h.campaign_id is not null)
  and not exists (
    select 1 from core.audit_events e
    where e.campaign_id is not distinct from h.campaign_id and e.action = y.action and e.actor = y.actor
      and e.note is not distinct from y.note and e.occurred_at = y.occurred_at
  );
