-- The binds.
insert into sim.esmes (esme, first_lane, last_lane, strain, validity_hours, reports_enroute, smsid, err_ok, route)
select
  unnest(:esme::varchar[]), unnest(:first_lane::bigint[]), unnest(:last_lane::bigint[]), unnest(:strain::double precision[]),
  unnest(:validity_hours::bigint[]), unnest(:reports_enroute::boolean[]), unnest(:smsid::varchar[]),
  unnest(:err_ok::varchar[]), unnest(:route::varchar[])
