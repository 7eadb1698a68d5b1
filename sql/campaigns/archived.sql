-- Whether one campaign is in the archive: a row if it is.
select a.campaign_id
from kit.archived a
where a.campaign_id = :campaign_id::bigint
