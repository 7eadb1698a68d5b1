-- Where the clock stands, how many answers and receipts are due (of receipts one more than are taken at once is enough to
-- know), and how many retries have lost their campaign.
select
  (select max(k.moment) from sim.clock k) as clock,
  (select count(*) from sim.answers a where a.due <= :moment::double precision) as answers,
  (select count(*) from (
     select r.due from sim.receipts r where r.due <= :moment::double precision limit :most::bigint + 1
   ) f) as receipts,
  (select count(*) from sim.answers a join core.campaigns c on c.campaign_id = a.campaign_id
   where a.attempt > 0 and c.status in ('Cancelled', 'Failed', 'Expired')) as stranded
