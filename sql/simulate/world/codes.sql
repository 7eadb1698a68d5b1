-- What each code is worth.
insert into sim.codes (code, rank) select unnest(:code::varchar[]), unnest(:rank::smallint[])
