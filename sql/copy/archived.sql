-- Which of a copy's campaigns are in the archive.
select
  a.campaign_id, a.archived_at,
  regexp_replace(a.archived_by, '^([^@]?)[^@]*@', '\1…@') as archived_by
from kit.archived a
where a.campaign_id = any(:campaign_ids::bigint[])
order by a.campaign_id
