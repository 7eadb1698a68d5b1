-- The campaigns of a source that has none of its own: one for each sender and local day.
select
  d.campaign_id, kit.uuid_of({adapter} || '/' || d.saddr || chr(31) || d.day) as external_id, {workspace}::varchar as workspace_id,
  null::varchar as name, case when d.is_busy then 'Sending' else 'Done' end::varchar as status, 'Approved'::varchar as moderation,
  true as auto_start, null::varchar as mode, d.saddr, null::timestamptz as start_at, null::timestamptz as end_at,
  null::time as window_from, null::time as window_to, d.total, null::varchar as author_name, null::varchar as author_email,
  d.created_at, d.updated_at
from (
  select
    r.campaign_id, r.saddr, (r.created_at at time zone {zone})::date as day, count(*) as total, min(r.created_at) as created_at,
    max(greatest(r.created_at, r.sent_at, r.dlr_at)) as updated_at, bool_or(r.stage in ('New', 'Sending')) as is_busy
  from ({recipients}) as r
  where r.campaign_id is not null
  group by r.campaign_id, r.saddr, (r.created_at at time zone {zone})::date
) as d
