-- What the recipients of each campaign are drawn from.
insert into plan_campaigns by name
select unnest(
  $rows::struct(
    campaign_id bigint, sender varchar, held_up_by varchar, key bigint, number_key bigint, population bigint, first_number bigint,
    stride bigint, rows_before bigint, size bigint, burst boolean, built_from timestamptz,
    built_to timestamptz, parts smallint, stop_list varchar, contradictions bigint, excluded double,
    refused double, gone double, barred double, undeliv double, expired double, rejectd double, deleted double,
    unknown double, acceptd double, silent double, over_rate double
  )[],
  recursive := true
)
