-- The receipts' err field and its meaning behind one code on one ESME, most frequent first: the network's own words.
select r.err, count(*) as recipients
from core.recipients r
where r.campaign_id = :campaign_id::bigint and r.sms_result = 'failed' and r.smpp_code = :smpp_code::varchar
  and r.esme = :esme::varchar and r.err is not null
group by r.err
order by recipients desc, r.err collate "C"
limit 1
