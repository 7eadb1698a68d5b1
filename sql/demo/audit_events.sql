-- Core's audit trail.
insert into core.audit_events by name
select unnest(
  $rows::struct(
    audit_id bigint, workspace_id varchar, campaign_id bigint, action varchar, actor varchar,
    note varchar, occurred_at timestamptz
  )[],
  recursive := true
)
