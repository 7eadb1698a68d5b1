-- A list for a campaign that has none: people of its workspace, whom an earlier one has reached before.
insert into core.recipients (campaign_id, recipient_id, ctn_hash, ctn_tail, stage, parts, sms_result, created_at)
select s.campaign_id, row_number() over (order by r.recipient_id), r.ctn_hash, r.ctn_tail, 'New', r.parts, 'unknown', :now::timestamptz
from sim.campaigns s
join core.recipients r on r.campaign_id = s.source_id
where s.campaign_id = :campaign_id::bigint
order by r.recipient_id
limit :size::bigint
