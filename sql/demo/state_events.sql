-- The state histories.
insert into core.state_events by name
select unnest(
  $rows::struct(
    event_id bigint, campaign_id bigint, phase varchar, reason varchar, occurred_at timestamptz
  )[],
  recursive := true
)
