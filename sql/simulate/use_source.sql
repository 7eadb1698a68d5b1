update sim.campaigns as s
set source_id = :source_id::bigint,
    source_last = (select coalesce(max(r.recipient_id), 0) from core.recipients r where r.campaign_id = :source_id::bigint)
where s.campaign_id = :campaign_id::bigint
