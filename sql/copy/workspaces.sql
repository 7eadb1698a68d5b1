-- The workspaces of a copy.
select w.workspace_id, w.name, w.time_zone
from core.workspaces w
where w.workspace_id = any(:workspaces::varchar[])
order by w.workspace_id
