delete from sim.esmes
