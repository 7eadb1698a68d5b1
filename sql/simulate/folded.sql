delete from sim.receipts as r where r.due <= :until::double precision
