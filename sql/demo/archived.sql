-- What people have put away (R43).
insert into kit.archived by name
select unnest(
  $rows::struct(campaign_id bigint, archived_at timestamptz, archived_by varchar)[],
  recursive := true
)
