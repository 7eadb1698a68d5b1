-- Take a campaign from the state that was judged to the one that an action leads to: one row, or none if somebody was faster.
-- Archive and restore leave the status as it is, and still change the row: whoever acts at the same moment waits for it.
update core.campaigns as c
set status = :status_after::varchar, updated_at = :now::timestamptz
where c.campaign_id = :campaign_id::bigint and c.status = :status_before::varchar and c.moderation = :moderation_before::varchar
