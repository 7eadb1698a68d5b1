-- How many answers and receipts are still to come.
select (select count(*) from sim.receipts) + (select count(*) from sim.answers) as outstanding
