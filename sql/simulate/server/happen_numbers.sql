-- The full numbers of whom `happen` is about to add, where Core keeps any.
insert into core.recipient_numbers (campaign_id, recipient_id, ctn)
select h.campaign_id, h.recipient_id, n.ctn
from (
  select s.campaign_id, s.source_id, m.recipient_id as source_recipient,
         coalesce(l.last_id, 0) + row_number() over (partition by s.campaign_id order by m.recipient_id) as recipient_id
  from (select unnest(:campaigns::bigint[]) as campaign_id, unnest(:quotas::bigint[]) as quota) q
  join sim.campaigns s on s.campaign_id = q.campaign_id
  join core.campaigns c on c.campaign_id = q.campaign_id and c.status = 'Sending'
  join core.recipients m on m.campaign_id = s.source_id and m.recipient_id > s.source_at and m.recipient_id <= s.source_at + q.quota
  left join (
    select t.campaign_id, max(t.recipient_id) as last_id
    from core.recipients t
    where t.campaign_id in (select unnest(:campaigns::bigint[]))
    group by t.campaign_id
  ) l on l.campaign_id = q.campaign_id
) h
join core.recipient_numbers n on n.campaign_id = h.source_id and n.recipient_id = h.source_recipient
