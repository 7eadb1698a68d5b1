-- A campaign has changed when its list is made.
update core.campaigns as c
set updated_at = :now::timestamptz
where c.campaign_id = :campaign_id::bigint
