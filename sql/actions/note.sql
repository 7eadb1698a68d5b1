-- Put a person's words into a campaign's audit trail.
insert into kit.audit_events (workspace_id, campaign_id, action, actor, note, occurred_at)
select :workspace_id::varchar, :campaign_id::bigint, 'note', :actor::varchar, :note::varchar, :now::timestamptz
