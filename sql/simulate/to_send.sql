update sim.campaigns as s
set to_send = :to_send::bigint, paid_until = :moment::double precision
where s.campaign_id = :campaign_id::bigint
