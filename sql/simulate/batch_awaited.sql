-- Messages that the centre has and whose deciding receipt may still come. After ten minutes it is no ordinary wait any more.
insert into batch (campaign_id, recipient_id, ctn_hash, esme, remark, age, submitted, sent)
select r.campaign_id, r.recipient_id, r.ctn_hash, r.esme, r.error,
       case when r.sent_at > :now::timestamptz - interval '10 minutes' then 'fresh' else 'waiting' end,
       :moment::double precision,
       :moment::double precision - extract(epoch from (:now::timestamptz - r.sent_at))
from core.recipients r
left join sim.codes k on k.code = upper(r.smpp_code)
where r.stage = 'Delivered' and (r.smpp_code is null or k.rank = 1)
  and r.sent_at > :now::timestamptz - interval '72 hours'
