-- The workspaces of a source that names them.
with {lines}given as ({yielded})
select g.workspace_id, coalesce(g.name, g.workspace_id)::varchar as name, coalesce(g.time_zone, {zone})::varchar as time_zone
from given g
