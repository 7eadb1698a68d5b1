-- Core moves a campaign on, unless somebody was faster.
update core.campaigns as c
set status = :after::varchar, total = :total::bigint, updated_at = :now::timestamptz
where c.campaign_id = :campaign_id::bigint and c.status = :before::varchar
  and not exists (select 1 from kit.archived k where k.campaign_id = c.campaign_id)
