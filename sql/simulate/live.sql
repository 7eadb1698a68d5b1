-- Every campaign that may need a step, with what the stand-in knows of it: one row a campaign that is live (what a person has
-- archived is not), or whose failures are not all counted yet.
select
  c.campaign_id, c.external_id, c.workspace_id, w.time_zone, c.status, c.mode, c.start_at, c.end_at, c.window_from,
  c.window_to, c.total, coalesce(c.delivery_errors, 0) as delivery_errors, s.campaign_id is not null as is_known,
  s.fate, s.turn, s.rate, s.size, s.source_id, s.by_hand, s.step, s.due, s.submitted, s.to_send, s.paid_until,
  s.counted_at, coalesce(s.changed, false) as changed,
  c.status in ('Pending', 'Building', 'Sending', 'Paused') and k.campaign_id is null as is_live, coalesce(a.in_hand, 0) as in_hand
from core.campaigns c
join core.workspaces w on w.workspace_id = c.workspace_id
left join sim.campaigns s on s.campaign_id = c.campaign_id
left join (select h.campaign_id, count(*) as in_hand from sim.answers h group by h.campaign_id) a on a.campaign_id = c.campaign_id
left join kit.archived k on k.campaign_id = c.campaign_id
where s.changed or (c.status in ('Pending', 'Building', 'Sending', 'Paused') and k.campaign_id is null)
order by c.campaign_id
