-- Add up what was counted, by the workspace and the status that the campaigns have now, and fingerprint of which state of each: it is
-- that of the campaigns themselves (campaigns/statuses) where all are counted and none has changed since.
insert into kit.counted_totals (workspace_id, status, fingerprint, delivered)
select c.workspace_id, c.status, bit_xor(hash_record_extended(row(k.campaign_id, k.updated_at), 0))::varchar,
       sum(k.delivered)::bigint
from kit.counted k
join core.campaigns c on c.campaign_id = k.campaign_id
group by c.workspace_id, c.status
