delete from sim.failures
