-- Say who did what to a campaign: one row, or none if the archive mark is not as the action leaves it, because a mark that was
-- set meanwhile is seen only now, when `move` holds the campaign.
insert into kit.audit_events (workspace_id, campaign_id, action, actor, note, status_before, status_after, occurred_at)
select :workspace_id::varchar, :campaign_id::bigint, :action::varchar, :actor::varchar, :note::varchar,
       :status_before::varchar, :status_after::varchar, :now::timestamptz
where exists (select 1 from kit.archived a where a.campaign_id = :campaign_id::bigint) = :archived::boolean
