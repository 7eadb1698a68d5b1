-- Campaigns of a scope that changed after whatever was counted last: what was counted of each before, if anything, and whether it
-- still holds. Their fingerprints, as they are and as they were counted, tell whether these are all that have changed since the
-- totals were added up (counts/totals). Counts of a campaign that is gone may be the last; then there are none, which is slow and right.
select c.campaign_id, coalesce(k.delivered, 0) as delivered,
       coalesce(k.updated_at = c.updated_at, false) as holds,
       hash_record_extended(row(c.campaign_id, c.updated_at), 0)::varchar as fingerprint,
       case when k.campaign_id is null then '0'
         else hash_record_extended(row(k.campaign_id, k.updated_at), 0)::varchar end as counted_fingerprint
from core.campaigns c
left join kit.counted k on k.campaign_id = c.campaign_id
where c.workspace_id = any(:scope::varchar[]) and c.updated_at >= (select max(m.updated_at) from kit.counted m)
