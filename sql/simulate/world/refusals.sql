-- What a centre answers to a message that it does not accept, by per cent.
insert into sim.refusals (low, high, command_status, retries, error)
select
  unnest(:low::bigint[]), unnest(:high::bigint[]), unnest(:command_status::varchar[]), unnest(:retries::smallint[]),
  unnest(:error::varchar[])
