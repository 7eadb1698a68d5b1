-- The workspaces of a source that only says of each campaign which one it is in.
select distinct c.workspace_id, c.workspace_id as name, {zone}::varchar as time_zone
from core.campaigns c
where c.workspace_id is not null
