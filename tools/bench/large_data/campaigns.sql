-- The campaigns and what Core writes beside them.
insert into core.workspaces values ('retail', 'Retail', 'Europe/Vilnius'), ('bank', 'Bank', 'UTC'), ('travel', 'Travel', 'Asia/Kolkata');
insert into core.campaigns by name
select campaign_id, md5(campaign_id::varchar)::uuid as external_id,
       ['retail', 'bank', 'travel'][1 + (luck // 7) % 3] as workspace_id, 'Campaign ' || campaign_id as name,
       case when kind = 'Done' and created_at + to_seconds(size / 100 + 60) > '2026-11-25 12:00Z' then 'Sending' else kind end as status,
       'Approved' as moderation, kind <> 'New' as auto_start,
       ['OnDemand', 'OnTime', 'Spread', 'Trigger'][1 + (luck // 11) % 4] as mode,
       'SENDER' || (luck // 13) % 500 as saddr,
       case when (luck // 11) % 4 > 0 then created_at + interval '1 hour' end as start_at,
       case when (luck // 11) % 4 > 1 then created_at + interval '3 days' end as end_at,
       size as total, size // 25 as delivery_errors, 'Author ' || (luck // 17) % 100 as author_name,
       created_at, least(created_at + to_seconds(size / 100 + 600), '2026-11-25 12:00Z') as updated_at
from plan order by campaign_id;
insert into core.state_events
select campaign_id * 5 + step, campaign_id, ['New', 'Pending', 'Building', 'Sending', 'Done'][step + 1], null,
       created_at + to_seconds(step * 10)
from plan, range(5) as s(step) where kind = 'Done' order by campaign_id, step;
insert into core.job_errors
select campaign_id, campaign_id, 'Sending', 'RETRY_EXHAUSTED', 'gave up', created_at from plan where luck % 50 = 7 order by campaign_id;
insert into core.audit_events
select campaign_id * 3 + step, ['retail', 'bank', 'travel'][1 + (luck // 7) % 3], campaign_id,
       ['created', 'submitted', 'approved'][step + 1], 'Author ' || (luck // 17) % 100, null, created_at + to_seconds(step)
from plan, range(3) as s(step) order by campaign_id, step;
insert into kit.archived
select campaign_id, created_at + interval '90 days', 'bench' from plan where campaign_id < 40000 and kind = 'Done' and share is null and luck % 4 = 1;
