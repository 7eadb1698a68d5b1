-- How each bind spells a stat.
insert into sim.spellings (esme, stat, smpp_code, sms_result, rank)
select
  unnest(:esme::varchar[]), unnest(:stat::varchar[]), unnest(:smpp_code::varchar[]), unnest(:sms_result::varchar[]),
  unnest(:rank::smallint[])
