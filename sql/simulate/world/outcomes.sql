-- What becomes of messages.
insert into sim.outcomes (age, stat, low, high, wait, typical, spread, err_low, err_high)
select
  unnest(:age::varchar[]), unnest(:stat::varchar[]), unnest(:low::double precision[]), unnest(:high::double precision[]),
  unnest(:wait::varchar[]), unnest(:typical::double precision[]), unnest(:spread::double precision[]),
  unnest(:err_low::double precision[]), unnest(:err_high::double precision[])
