-- The binds.
insert into plan_esmes by name
select unnest(
  $rows::struct(
    esme varchar, pace double, strain double, validity_hours bigint, reports_enroute boolean,
    smsid varchar, err_ok varchar, route varchar, first_lane bigint, last_lane bigint
  )[],
  recursive := true
)
