-- The clear numbers of this import (none unless they are to be kept), and where rows that moved had been.
select
  i.campaign_id, i.recipient_id, case when $keep then '+' || i.digits end as ctn,
  case when i.is_new then p.old_campaign_id end as old_campaign_id, case when i.is_new then p.old_recipient_id end as old_recipient_id
from incoming i
join placed p using (line)
where ($keep and i.digits is not null) or (i.is_new and p.old_campaign_id is not null)
