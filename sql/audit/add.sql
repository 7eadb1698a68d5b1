-- Say who took recipients out of a campaign, or saw their numbers; written before anything leaves (R57, R66).
insert into kit.audit_events (workspace_id, campaign_id, action, actor, note, occurred_at)
select :workspace_id::varchar, :campaign_id::bigint, :action::varchar, :actor::varchar, :note::varchar, :now::timestamptz
