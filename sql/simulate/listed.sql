-- How long a campaign's list is, how much of it is to be sent, and how much is not.
select count(*) as total, count(*) filter (where r.stage = 'New' and r.filter is null) as to_send,
       count(*) filter (where r.stage = 'New' and r.filter is not null) as excluded
from core.recipients r
where r.campaign_id = :campaign_id::bigint
