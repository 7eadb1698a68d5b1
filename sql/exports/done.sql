-- A run has ended well: one row, or none if it was given up meanwhile.
update kit.exports as e
set status = 'Done', finished_at = :now::timestamptz, expires_at = :expires_at::timestamptz, rows_matched = :rows::bigint,
    rows_written = :rows::bigint, bytes = :bytes::bigint, sha256 = :sha256::varchar
where e.export_id = :export_id::uuid and e.status = 'Running'
