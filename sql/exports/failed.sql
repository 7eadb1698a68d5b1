-- A run has ended badly, or nobody is left who could end it.
update kit.exports as e
set status = 'Failed', finished_at = :now::timestamptz, error = :error::varchar
where e.export_id = :export_id::uuid and e.status in ('Queued', 'Running')
