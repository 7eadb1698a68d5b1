update sim.clock as k set moment = :moment::double precision, wall = :now::timestamptz
