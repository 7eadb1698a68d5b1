-- What each channel did with the messages of each hour in some days before, the same way: what a delivery rate of now is
-- compared with. Only campaigns that were touched since can have sent anything since.
select r.esme, count(*) as sent,
       count(*) filter (where r.sms_result = 'delivered' and coalesce(extract(epoch from r.dlr_at - r.sent_at), 0) <= :settled::double precision)
         as delivered
from core.recipients r
join core.campaigns c on c.campaign_id = r.campaign_id
where c.workspace_id = any(:scope::varchar[]) and c.updated_at >= :since::timestamptz
  and r.sent_at >= :since::timestamptz and r.sent_at < :until::timestamptz and r.esme is not null
group by r.esme, floor(extract(epoch from r.sent_at) / 3600)::bigint
having count(*) >= :enough::bigint
