-- What happened, in order: the state history, people's and Core's actions, job errors, and where a channel's rate of ten
-- minutes falls out of what is usual and comes back. At most 40 lines: those nearest to the window's beginning go first.
--= moment: seconds
--= who: text
--= what: text
--= source: text
with rates as (
  select
    r.esme, time_bucket(interval '10 minutes', r.sent_at) as moment, count(*) as sent,
    count(*) filter (where verdict = 'delivered') / count(*) as rate
  from recipients r
  where r.in_window and r.sent_at is not null and r.esme is not null
  group by all
  having count(*) >= 20
),
hours as (
  select esme, hour, coalesce(sum(messages) filter (where sms_result = 'delivered'), 0) / sum(messages) as rate
  from baseline group by all having sum(messages) >= 20
),
usual as (select esme, quantile_disc(rate, 0.05) as low from hours group by esme),
marked as (
  -- a sample of 20 wavers: only what lies 15 points under the usual counts
  select r.*, u.low, r.rate < u.low - 0.15 as under,
    lag(r.rate < u.low - 0.15, 1, false) over (partition by r.esme order by r.moment) as was_under
  from rates r
  join usual u on u.esme = r.esme
),
lines as (
  select
    moment, 'report' as who,
    case
      when under then 'Delivery rate of ' || esme || ' falls under what is usual'
      else 'Delivery rate of ' || esme || ' is back to what is usual'
    end as what,
    'rate ' || esme as source, 0 as kind, 0::bigint as id
  from marked where under <> was_under
  union all
  select
    e.occurred_at, 'core',
    'Campaign ' || left(c.external_id, 8) || ' is ' || e.phase || coalesce(': ' || nullif(e.reason, ''), ''),
    'state_events ' || e.event_id, 1, e.event_id
  from state_events e join campaigns c on c.campaign_id = e.campaign_id
  where e.phase not like '%.%'
  union all
  select j.occurred_at, 'core', 'Job error ' || j.code || ': ' || j.message, 'job_errors ' || j.job_error_id, 2, j.job_error_id
  from job_errors j
  union all
  select
    a.occurred_at, a.actor,
    case when a.action = 'note' then coalesce(a.note, '')
      else 'Campaign ' || left(c.external_id, 8) || ' ' || a.action || coalesce(': ' || nullif(a.note, ''), '') end,
    case when a.action = 'note' then 'note ' else 'audit ' end || a.source || ' ' || a.audit_id, 3, a.audit_id
  from audit a join campaigns c on c.campaign_id = a.campaign_id
  where not (a.source = 'core' and a.actor = 'core')
),
nearest as (
  select * from lines
  order by moment not between $from_at::timestamptz - interval '1 hour' and $to_at::timestamptz + interval '1 hour',
    moment, kind, id
  limit 40
)
select moment, who, what, source from nearest order by moment, kind, id, what
