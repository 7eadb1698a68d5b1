-- Which recipients were submitted when; `from_id` to `to_id` of each batch are drawn in this chunk.
insert into plan_batches by name
select unnest(
  $rows::struct(
    chunk bigint, campaign_id bigint, first_id bigint, last_id bigint, from_id bigint, to_id bigint, step varchar,
    starts_at timestamptz, ends_at timestamptz
  )[],
  recursive := true
)
