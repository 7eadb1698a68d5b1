-- The receipts that will come for what the centre accepts: an intermediate one (some overtake it), the one that decides, and
-- now and then one that corrects an UNKNOWN long afterwards.
insert into sim.receipts (due, line, campaign_id, recipient_id, rank, smpp_code, sms_result, err, error)
select d.answered + i.wait, i.line, d.campaign_id, d.recipient_id, w.rank, w.smpp_code, w.sms_result,
       case when i.line = 2 then d.err end, case when i.line = 2 then coalesce(d.error, d.remark) else d.remark end
from (
  select n.campaign_id, n.recipient_id, 1 as line, 'ENROUTE' as stat, n.enroute_wait as wait
  from drawn n where n.enroute_wait is not null
  union all
  select n.campaign_id, n.recipient_id, 2, n.stat, n.wait from drawn n where n.stat is not null
  union all
  select n.campaign_id, n.recipient_id, 3, 'DELIVRD', n.wait + n.corrected_wait from drawn n where n.corrected_wait is not null
) i
join drawn d on d.campaign_id = i.campaign_id and d.recipient_id = i.recipient_id and d.refused_as is null
join sim.spellings w on w.esme = d.esme and w.stat = i.stat
