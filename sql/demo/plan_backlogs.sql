-- When receipts of a bind were held up.
insert into plan_backlogs by name
select unnest(
  $rows::struct(
    esme varchar, starts_at timestamptz, ends_at timestamptz
  )[],
  recursive := true
)
