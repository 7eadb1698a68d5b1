-- Events: each brings a message to one of the source's people, in turn.
insert into core.recipients (campaign_id, recipient_id, ctn_hash, ctn_tail, stage, parts, sms_result, created_at)
select s.campaign_id, coalesce(l.last_id, 0) + row_number() over (partition by s.campaign_id order by m.recipient_id),
       m.ctn_hash, m.ctn_tail, 'New', m.parts, 'unknown', :now::timestamptz
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
