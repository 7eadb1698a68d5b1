-- How far each trigger has come in its source; after the last of its people it begins anew.
update sim.campaigns as s
set to_send = n.to_send,
    source_at = case when s.source_at + n.quota >= s.source_last then 0 else s.source_at + n.quota end
from (
  select q.campaign_id, q.quota, count(r.recipient_id) as to_send
  from (select unnest(:campaigns::bigint[]) as campaign_id, unnest(:quotas::bigint[]) as quota) q
  left join core.recipients r on r.campaign_id = q.campaign_id and r.stage = 'New' and r.filter is null
  group by q.campaign_id, q.quota
) n
where s.campaign_id = n.campaign_id
