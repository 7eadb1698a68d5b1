-- What simulate/batch_next yields, of each list no more than its quota being read; a file does not know such a limit, nor need it.
insert into batch (campaign_id, recipient_id, ctn_hash, esme, remark, age, submitted, sent)
select n.campaign_id, n.recipient_id, n.ctn_hash, null, null, 'fresh',
       :moment::double precision + :elapsed::double precision * n.place / q.quota, null
from (select unnest(:campaigns::bigint[]) as campaign_id, unnest(:quotas::bigint[]) as quota) q
join sim.campaigns s on s.campaign_id = q.campaign_id
join core.campaigns c on c.campaign_id = q.campaign_id and c.status = 'Sending'
cross join lateral (
  select r.campaign_id, r.recipient_id, r.ctn_hash, row_number() over (order by r.recipient_id) as place
  from core.recipients r
  where r.campaign_id = q.campaign_id and r.recipient_id > s.sent_to and r.stage = 'New' and r.filter is null
  order by r.recipient_id
  limit q.quota
) n
