-- Mark as Expired what has had its time (R64); the record stays.
update kit.exports as e
set status = 'Expired'
where e.status = 'Done' and e.expires_at <= :now::timestamptz
