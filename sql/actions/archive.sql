-- Mark a campaign as archived (R43): one row, or none if it is marked already.
insert into kit.archived (campaign_id, archived_at, archived_by)
select :campaign_id::bigint, :now::timestamptz, :actor::varchar
on conflict (campaign_id) do nothing
