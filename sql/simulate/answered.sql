delete from sim.answers as a where a.due <= :moment::double precision
