-- A trigger's total grows with every event.
update core.campaigns as c
set total = n.total, updated_at = :now::timestamptz
from (
  select r.campaign_id, count(*) as total
  from core.recipients r
  where r.campaign_id in (select unnest(:campaigns::bigint[]))
  group by r.campaign_id
) n
where c.campaign_id = n.campaign_id and c.status = 'Sending'
