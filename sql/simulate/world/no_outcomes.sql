delete from sim.outcomes
