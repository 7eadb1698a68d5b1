-- Add up the campaigns of each workspace and status, as far as their counts hold: where not all do, the fingerprint says so.
insert into kit.counted_totals (workspace_id, status, fingerprint, delivered)
select c.workspace_id, c.status, bit_xor(hash_record_extended(row(c.campaign_id, c.updated_at), 0))::varchar,
       sum(k.delivered)::bigint
from core.campaigns c
join kit.counted k on k.campaign_id = c.campaign_id and k.updated_at = c.updated_at
group by c.workspace_id, c.status
