-- What the campaigns of a scope had delivered when they were added up (R7), and of which state of them that is.
select t.workspace_id, t.status, t.fingerprint, t.delivered
from kit.counted_totals t
where t.workspace_id = any(:scope::varchar[])
