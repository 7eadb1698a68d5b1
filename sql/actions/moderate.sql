-- A moderator's decision (R24, R28): a move that changes the other axis too. One row, or none if somebody was faster.
update core.campaigns as c
set status = :status_after::varchar, moderation = :moderation_after::varchar, updated_at = :now::timestamptz
where c.campaign_id = :campaign_id::bigint and c.status = :status_before::varchar and c.moderation = :moderation_before::varchar
