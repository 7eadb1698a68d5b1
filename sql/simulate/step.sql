-- How far the stand-in has come with a campaign inside its status.
update sim.campaigns as s
set step = :step::smallint, due = :due::double precision, paid_until = :moment::double precision
where s.campaign_id = :campaign_id::bigint
