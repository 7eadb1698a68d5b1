-- Where the next piece of a long campaign ends, and how many recipients it has: none behind the last.
select max(p.recipient_id) as upto, count(*) as recipients
from (
  select r.recipient_id
  from core.recipients r
  where r.campaign_id = :campaign_id::bigint and r.recipient_id > :after::bigint
  order by r.recipient_id
  limit :most::bigint
) p
