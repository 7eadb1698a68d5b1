-- What the stand-in has to know of a campaign that it sees for the first time: its list so far, and who paused it last.
select
  c.campaign_id, c.external_id, c.workspace_id, c.mode, c.status, coalesce(c.delivery_errors, 0) as delivery_errors,
  coalesce(r.waiting, 0) as waiting, coalesce(r.handed_over, 0) as handed_over,
  c.status = 'Paused' and coalesce(p.by_hand, false) as by_hand
from core.campaigns c
left join sim.campaigns s on s.campaign_id = c.campaign_id
left join (
  select m.campaign_id, count(*) filter (where m.stage = 'New' and m.filter is null) as waiting,
         count(*) filter (where m.stage <> 'New') as handed_over
  from core.recipients m
  where m.campaign_id in (
    select n.campaign_id
    from core.campaigns n
    left join sim.campaigns o on o.campaign_id = n.campaign_id
    where o.campaign_id is null and (n.status in ('Pending', 'Building', 'Sending', 'Paused') or :everything::boolean)
  )
  group by m.campaign_id
) r on r.campaign_id = c.campaign_id
left join (
  select a.campaign_id, max(case when a.actor <> 'core' then a.audit_id else 0 end) = max(a.audit_id) as by_hand
  from core.audit_events a
  where a.action = 'paused'
  group by a.campaign_id
) p on p.campaign_id = c.campaign_id
where s.campaign_id is null
  and (c.status in ('Pending', 'Building', 'Sending', 'Paused') or :everything::boolean)
order by c.campaign_id
