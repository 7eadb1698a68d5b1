-- Count the failed messages of the campaigns that have changed; what is unchanged and told needs no more counting.
update sim.campaigns as s
set counted = n.failed, counted_at = :moment::double precision, changed = n.failed <> s.counted
from (
  select r.campaign_id, count(*) filter (where r.sms_result = 'failed') as failed
  from core.recipients r
  where r.campaign_id in (
    select t.campaign_id from sim.campaigns t where t.changed and t.counted_at <= :before::double precision
  )
  group by r.campaign_id
) n
where s.campaign_id = n.campaign_id
