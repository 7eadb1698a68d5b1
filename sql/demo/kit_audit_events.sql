-- What people did through the toolkit.
insert into kit.audit_events by name
select unnest(
  $rows::struct(
    workspace_id varchar, campaign_id bigint, action varchar, actor varchar, status_before varchar,
    status_after varchar, occurred_at timestamptz
  )[],
  recursive := true
)
