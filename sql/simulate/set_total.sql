-- The list has been counted.
update core.campaigns as c
set total = :total::bigint, updated_at = :now::timestamptz
where c.campaign_id = :campaign_id::bigint and c.status = 'Building'
