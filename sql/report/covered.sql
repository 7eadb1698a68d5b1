-- What the snapshot is about, and the last moment that it knows of: the head of a report says both.
--= campaigns: count
--= workspaces: text
--= latest: moment
select
  count(*) as campaigns, coalesce(string_agg(distinct workspace_id, ', ' order by workspace_id), '') as workspaces,
  (select greatest(max(created_at), max(sent_at), max(dlr_at)) from recipients) as latest
from campaigns
