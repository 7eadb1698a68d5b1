select k.moment, k.wall, k.seed from sim.clock k
