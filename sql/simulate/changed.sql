-- Its failures are to be counted again.
update sim.campaigns as s
set changed = true
where s.campaign_id in (select r.campaign_id from sim.receipts r where r.due <= :until::double precision)
