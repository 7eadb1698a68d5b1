-- A campaign that Expired because its daily window was too short for its list: paused on several evenings, and at the speed of
-- its first evening it would have needed more than twice the hours that were open.
--= campaign: text
--= name: text
--= opens: text
--= closes: text
--= pauses: count
--= left_over: count
--= total: count
--= share: percent
--= hours_needed: number
--= hours_open: number
with evenings as (
  select campaign_id, count(*) as pauses, min(occurred_at) as first_pause
  from state_events
  where phase = 'Paused' and reason like '%window%'
  group by campaign_id
),
progress as (
  select
    e.campaign_id, e.pauses, count(*) as total,
    count(*) filter (where r.stage = 'New' and r.filter is null) as left_over,
    epoch(any_value(e.first_pause) - min(r.sent_at)) / 3600 / nullif(count(*) filter (where r.sent_at < e.first_pause), 0)
      as hours_each,
    count(*) filter (where r.filter is null and (r.sent_at is null or r.sent_at > e.first_pause)) as remaining,
    date_diff('day', any_value(e.first_pause), any_value(c.end_at)) as windows,
    -- a window that crosses midnight is open until the next day
    ((epoch(any_value(c.window_to)::time) - epoch(any_value(c.window_from)::time) + 86400) % 86400) / 3600 as hours_a_window
  from evenings e
  join campaigns c on c.campaign_id = e.campaign_id
  join recipients r on r.campaign_id = e.campaign_id
  where c.status = 'Expired' and c.window_from is not null and c.window_to is not null
  group by e.campaign_id, e.pauses
)
select
  left(c.external_id, 8) as campaign, coalesce(c.name, left(c.external_id, 8)) as name, left(c.window_from, 5) as opens, left(c.window_to, 5) as closes, p.pauses,
  p.left_over, p.total, p.left_over / p.total as share, round(p.remaining * p.hours_each, 1) as hours_needed,
  p.windows * p.hours_a_window as hours_open
from progress p
join campaigns c on c.campaign_id = p.campaign_id
where p.left_over > 0 and p.remaining * p.hours_each > 2 * p.windows * p.hours_a_window
order by p.left_over desc, campaign
