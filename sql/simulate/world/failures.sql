-- What each bind writes into the err field, by per cent of a stat.
insert into sim.failures (esme, stat, low, high, err, error)
select
  unnest(:esme::varchar[]), unnest(:stat::varchar[]), unnest(:low::bigint[]), unnest(:high::bigint[]),
  unnest(:err::varchar[]), unnest(:error::varchar[])
