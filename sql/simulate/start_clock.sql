insert into sim.clock (moment, wall, seed) select :moment::double precision, :now::timestamptz, :seed::bigint
