-- The mark by which the stand-in for Core knows a sample.
insert into sim.sample (seed, made_for) select :seed::bigint, :made_for::timestamptz
