-- The full numbers of the list that `build` makes, where Core keeps any.
insert into core.recipient_numbers (campaign_id, recipient_id, ctn)
select :campaign_id::bigint, b.place, n.ctn
from (
  select r.campaign_id, r.recipient_id, row_number() over (order by r.recipient_id) as place
  from sim.campaigns s
  join core.recipients r on r.campaign_id = s.source_id
  where s.campaign_id = :campaign_id::bigint
  order by r.recipient_id
  limit :size::bigint
) b
join core.recipient_numbers n on n.campaign_id = b.campaign_id and n.recipient_id = b.recipient_id
