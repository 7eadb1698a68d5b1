delete from sim.codes
