-- What befell the messages of a bind, and when.
insert into plan_troubles by name
select unnest(
  $rows::struct(
    esme varchar, starts_at timestamptz, ends_at timestamptz, sender varchar, refused double, command_status varchar,
    refusal varchar, retried double, stuck double, lost double, stat varchar, late double, over_at timestamptz,
    unmatched boolean
  )[],
  recursive := true
)
