delete from sim.answers as a
where exists (
  select 1 from core.recipients m
  where m.stage = 'Failed' and m.campaign_id = a.campaign_id and m.recipient_id = a.recipient_id
)
