-- Say that a report on campaigns of this workspace was sealed, and with which digest.
insert into kit.audit_events (workspace_id, action, actor, note, occurred_at)
select :workspace_id::varchar, 'report_sealed', :actor::varchar, :note::varchar, :now::timestamptz
