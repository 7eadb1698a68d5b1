-- Where the clock stands, how many answers and receipts are due, how many are still to come, and how many retries have lost
-- their campaign.
select
  (select max(k.moment) from sim.clock k) as clock,
  (select count(*) from sim.answers a where a.due <= :moment::double precision) as answers,
  (select count(*) from sim.receipts r where r.due <= :moment::double precision) as receipts,
  (select count(*) from sim.receipts) + (select count(*) from sim.answers) as outstanding,
  (select count(*) from sim.answers a join core.campaigns c on c.campaign_id = a.campaign_id
   where a.attempt > 0 and c.status in ('Cancelled', 'Failed', 'Expired')) as stranded
