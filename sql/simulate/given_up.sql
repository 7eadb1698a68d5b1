-- A campaign has changed when nobody tries again for some of its recipients.
update core.campaigns as c
set updated_at = :now::timestamptz
where c.status in ('Cancelled', 'Failed', 'Expired')
  and c.campaign_id in (select a.campaign_id from sim.answers a where a.attempt > 0)
