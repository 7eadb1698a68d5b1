-- The next recipients of campaigns that are sending, as many of each as its rate allows, in the order of the list.
insert into batch (campaign_id, recipient_id, ctn_hash, esme, remark, age, submitted, sent)
select n.campaign_id, n.recipient_id, n.ctn_hash, null, null, 'fresh',
       :moment::double precision + :elapsed::double precision * n.place / n.quota, null
from (
  select r.campaign_id, r.recipient_id, r.ctn_hash, q.quota,
         row_number() over (partition by r.campaign_id order by r.recipient_id) as place
  from (select unnest(:campaigns::bigint[]) as campaign_id, unnest(:quotas::bigint[]) as quota) q
  join sim.campaigns s on s.campaign_id = q.campaign_id
  join core.campaigns c on c.campaign_id = q.campaign_id and c.status = 'Sending'
  join core.recipients r on r.campaign_id = q.campaign_id and r.recipient_id > s.sent_to
  where r.stage = 'New' and r.filter is null
) n
where n.place <= n.quota
