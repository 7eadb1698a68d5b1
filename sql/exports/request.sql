-- Ask for an export: Queued until somebody claims it.
insert into kit.exports (export_id, workspace_id, campaign_id, external_id, format, filter, clear, status, requested_by, created_at)
select :export_id::uuid, :workspace_id::varchar, :campaign_id::bigint, :external_id::uuid, :format::varchar, :filter::varchar,
       :clear::boolean, 'Queued', :actor::varchar, :now::timestamptz
