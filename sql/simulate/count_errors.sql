-- Count the failed messages of the campaigns that have changed; what is unchanged and told needs no more counting.
update sim.campaigns as s
set counted = n.failed, counted_at = :moment::double precision, changed = n.failed <> s.counted
from (
  select t.campaign_id, count(r.recipient_id) as failed
  from sim.campaigns t
  left join core.recipients r on r.campaign_id = t.campaign_id and r.sms_result = 'failed'
  where t.changed and t.counted_at <= :before::double precision
  group by t.campaign_id
) n
where s.campaign_id = n.campaign_id
