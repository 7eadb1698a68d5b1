-- The receipts that have come in (delivery semantics, rule 2): a listed final state beats an unlisted one and UNKNOWN, and
-- these beat an intermediate one, whatever the order in which they came; among equals the latest by our clock, at equal
-- times the later line. Moments are on the clock on the wall.
update core.recipients as r
set smpp_code = f.smpp_code, sms_result = f.sms_result, err = f.err, error = f.error,
    dlr_at = greatest(
      :now::timestamptz - (:moment::double precision - f.due) / :speed::double precision * interval '1 second', :since::timestamptz
    )
from (
  select distinct on (n.campaign_id, n.recipient_id)
    n.campaign_id, n.recipient_id, n.rank, n.smpp_code, n.sms_result, n.err, n.error, n.due
  from sim.receipts n
  where n.due <= :until::double precision
  order by n.campaign_id, n.recipient_id, n.rank desc, n.due desc, n.line desc
) f
where r.campaign_id = f.campaign_id and r.recipient_id = f.recipient_id
  and f.rank >= case
    when r.smpp_code is null then 0
    else coalesce((select max(k.rank) from sim.codes k where k.code = upper(r.smpp_code)), 2)
  end
