-- on kit.counted_quarters
-- Campaigns whose counts by time should still hold and do not, see counted_parts_as_rows.
select count(distinct d.campaign_id) from (
  select e.campaign_id from (
    select q.campaign_id, q.quarter, q.sent, q.delivered, q.failed
    from core.campaigns c
    join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
    join kit.counted_quarters q on q.campaign_id = c.campaign_id
    union all
    select r.campaign_id, to_timestamp(floor(extract(epoch from r.sent_at) / 900) * 900), -count(*),
           -count(*) filter (where r.sms_result = 'delivered'), -count(*) filter (where r.sms_result = 'failed')
    from core.campaigns c
    join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
    join core.recipients r on r.campaign_id = c.campaign_id
    where isfinite(r.sent_at)
    group by r.campaign_id, floor(extract(epoch from r.sent_at) / 900)
  ) e
  group by e.campaign_id, e.quarter
  having sum(e.sent) <> 0 or sum(e.delivered) <> 0 or sum(e.failed) <> 0
) d
