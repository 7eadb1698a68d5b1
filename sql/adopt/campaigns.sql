-- The campaigns of a source as the data contract has them: {yielded} is what its campaigns.sql yields, {tallies} what the
-- recipients of each amount to, where a column that is not yielded follows from them.
with {lines}given as ({yielded})
select
  g.campaign_id, g.external_id, coalesce(g.workspace_id, {workspace})::varchar as workspace_id, g.name,
  coalesce(g.status, case when t.is_busy then 'Sending' else 'Done' end)::varchar as status,
  coalesce(g.moderation, 'Pending')::varchar as moderation, coalesce(g.auto_start, true) as auto_start, g.mode, g.saddr, g.start_at,
  g.end_at, g.window_from, g.window_to, g.total, g.author_name, g.author_email, coalesce(g.created_at, t.created_at) as created_at,
  coalesce(g.updated_at, greatest(g.created_at, t.updated_at)) as updated_at, g.delivery_errors
from given g
left join ({tallies}) as t on t.campaign_id = g.campaign_id
