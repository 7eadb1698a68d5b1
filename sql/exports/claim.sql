-- Take a queued export to work on: one row, or none if somebody was faster.
update kit.exports as e
set status = 'Running'
where e.export_id = :export_id::uuid and e.status = 'Queued'
