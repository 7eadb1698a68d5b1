-- The campaigns, once their recipients are there and counted.
insert into core.campaigns by name
select unnest(
  $rows::struct(
    campaign_id bigint, external_id uuid, workspace_id varchar, name varchar, status varchar,
    moderation varchar, auto_start boolean, mode varchar, saddr varchar, start_at timestamptz,
    end_at timestamptz, window_from time, window_to time, total bigint, delivery_errors bigint,
    author_name varchar, author_email varchar, created_at timestamptz, updated_at timestamptz
  )[],
  recursive := true
)
