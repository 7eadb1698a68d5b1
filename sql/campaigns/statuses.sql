-- How many campaigns were ever created in a scope, by status (R3–R6): archived and queued ones included.
select c.status, count(*) as campaigns
from core.campaigns c
where c.workspace_id = any(:scope::varchar[])
group by c.status
