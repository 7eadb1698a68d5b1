-- The mark that the demo leaves.
select s.seed from sim.sample s
