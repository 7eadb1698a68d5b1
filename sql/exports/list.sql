-- Exports of a scope, newest first (R63).
select e.export_id::varchar as export_id, e.workspace_id, e.campaign_id, e.external_id::varchar as external_id, e.format, e.filter,
       e.clear, e.status, e.requested_by, e.created_at, e.finished_at, e.expires_at, e.rows_matched, e.rows_written, e.bytes,
       e.sha256, e.error
from kit.exports e
where e.workspace_id = any(:scope::varchar[])
--? campaign: e.campaign_id = :campaign_id::bigint
--? id:       e.export_id between :id_low::uuid and :id_high::uuid
--? running:  e.status = 'Running'
--? queued:   e.status = 'Queued' and e.requested_by = :actor::varchar
--^ created:  e.created_at::timestamptz, e.export_id::uuid
