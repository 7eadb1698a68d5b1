delete from sim.refusals
