-- Up to which moment each campaign has used its rate.
update sim.campaigns as s
set paid_until = q.paid_until
from (select unnest(:campaigns::bigint[]) as campaign_id, unnest(:paid_until::double precision[]) as paid_until) q
where s.campaign_id = q.campaign_id
