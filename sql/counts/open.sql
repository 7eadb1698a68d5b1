-- Note in which state some campaigns are about to be counted, before their rows are read: a change in between makes the
-- counts look old, never newer than they are.
insert into kit.counted (campaign_id, updated_at, recipients, sent, delivered, errors)
select c.campaign_id, c.updated_at, 0, 0, 0, 0
from core.campaigns c
where c.campaign_id = any(:campaign_ids::bigint[])
on conflict (campaign_id) do update set updated_at = excluded.updated_at, recipients = 0, sent = 0, delivered = 0, errors = 0
