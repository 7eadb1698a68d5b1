-- Which recipients were submitted when.
insert into plan_batches by name
select unnest(
  $rows::struct(
    chunk bigint, campaign_id bigint, first_id bigint, last_id bigint, step varchar,
    starts_at timestamptz, ends_at timestamptz
  )[],
  recursive := true
)
