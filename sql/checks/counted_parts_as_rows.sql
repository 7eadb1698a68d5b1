-- on kit.counted_parts
-- Campaigns whose counts should still hold, because they bear the campaign's own updated_at, and do not: recipients were
-- changed without it.
select count(distinct d.campaign_id) from (
  select e.campaign_id from (
    select p.campaign_id, p.stage, p.sms_result, p.smpp_code, p.esme, p.filtered, p.first_sent_at, p.last_sent_at,
           p.recipients, p.sent
    from core.campaigns c
    join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
    join kit.counted_parts p on p.campaign_id = c.campaign_id
    union all
    select r.campaign_id, r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null, min(r.sent_at), max(r.sent_at),
           -count(*), -count(r.sent_at)
    from core.campaigns c
    join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
    join core.recipients r on r.campaign_id = c.campaign_id
    group by r.campaign_id, r.stage, r.sms_result, r.smpp_code, r.esme, r.filter is not null
  ) e
  group by e.campaign_id, e.stage, e.sms_result, e.smpp_code, e.esme, e.filtered, e.first_sent_at, e.last_sent_at
  having sum(e.recipients) <> 0 or sum(e.sent) <> 0
) d
