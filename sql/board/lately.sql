-- What some campaigns sent lately, by channel and by slices of time counted from :since on, and how much of it was
-- delivered within :settled seconds of being sent. A receipt without a time counts from when it is there.
select r.campaign_id, r.esme, floor(extract(epoch from r.sent_at - :since::timestamptz) / :slice::double precision)::bigint as slice,
       count(*) as sent,
       count(*) filter (where r.sms_result = 'delivered' and coalesce(extract(epoch from r.dlr_at - r.sent_at), 0) <= :settled::double precision)
         as delivered
from core.recipients r
where r.campaign_id = any(:campaign_ids::bigint[]) and r.sent_at >= :since::timestamptz and r.sent_at < :now::timestamptz
group by r.campaign_id, r.esme, floor(extract(epoch from r.sent_at - :since::timestamptz) / :slice::double precision)::bigint
