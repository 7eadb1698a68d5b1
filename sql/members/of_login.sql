-- What one login may, and whether anybody is listed at all: an empty table means everybody everywhere.
-- A listed login has rows with `workspace_id`; the last row, without one, only says that members exist.
select m.workspace_id, m.role
from kit.members m
where m.login = :login::varchar
union all
select null as workspace_id, null as role
where exists (select 1 from kit.members)
