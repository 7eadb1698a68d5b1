-- What was being submitted when nobody was there to hear the answer.
insert into batch (campaign_id, recipient_id, ctn_hash, esme, remark, age, submitted, sent)
select r.campaign_id, r.recipient_id, r.ctn_hash, r.esme, null, 'fresh', :moment::double precision, null
from core.recipients r
where r.stage = 'Sending'
