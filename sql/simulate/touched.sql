-- A campaign has changed when a recipient of it has.
update core.campaigns as c
set updated_at = :now::timestamptz
where c.campaign_id in (
  select a.campaign_id from sim.answers a where a.due <= :moment::double precision
  union all
  select r.campaign_id from sim.receipts r where r.due <= :until::double precision
  union all
  select d.campaign_id from drawn d
)
