-- What a recipient's receipts add up to (delivery semantics, rule 2): a listed final state beats an unlisted one and
-- UNKNOWN, and these beat an intermediate one, whatever the order in which they came; among equals the latest by our
-- clock, at equal times the one that the adapter's stat_table lists later, then the later line. A receipt without a time is older than any with one.
create temp table folded as
select
  r.campaign_id, r.recipient_id,
  arg_max(
    {'smpp_code': r.stat, 'err': r.err, 'dlr_at': r.received_at, 'sms_result': coalesce(s.sms_result, 'unknown')},
    (coalesce(s.rank, 2), coalesce(r.received_at, '-infinity'::timestamptz), coalesce(s.place, 0), r.line)
  ) as decided
from kit.receipts r
join affected a on a.campaign_id = r.campaign_id and a.recipient_id = r.recipient_id
left join stats s on s.code = upper(r.stat)
where r.adapter = $adapter
group by r.campaign_id, r.recipient_id;
