delete from sim.spellings
