delete from sim.receipts as r
where exists (
  select 1 from sim.answers a
  join core.campaigns c on c.campaign_id = a.campaign_id
  join core.recipients m on m.campaign_id = a.campaign_id and m.recipient_id = a.recipient_id
  where a.attempt > 0 and c.status in ('Cancelled', 'Failed', 'Expired') and m.stage = 'Failed'
    and a.campaign_id = r.campaign_id and a.recipient_id = r.recipient_id
)
