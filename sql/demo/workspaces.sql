-- The workspaces.
insert into core.workspaces by name
select unnest(
  $rows::struct(
    workspace_id varchar, name varchar, time_zone varchar
  )[],
  recursive := true
)
