-- Every workspace with its zone; a viewer's scope is a part of these.
select w.workspace_id, w.name, w.time_zone
from core.workspaces w
order by w.workspace_id
