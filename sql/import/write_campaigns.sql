-- The campaigns of a source that has them: the last row yielded for a key counts, an import replaces an older one.
create temp table campaigns_in as
select
  h.campaign_id, h.external_id, h.is_new,
  coalesce(y.workspace_id, $workspace) as workspace_id, y.name,
  coalesce(y.status, case when t.is_busy then 'Sending' else 'Done' end) as status,
  coalesce(y.moderation, 'Pending') as moderation, coalesce(y.auto_start, true) as auto_start, y.mode, y.saddr,
  y.start_at, y.end_at, y.window_from, y.window_to, y.total, y.delivery_errors, y.author_name, y.author_email,
  coalesce(y.created_at, t.created_at) as created_at,
  greatest(y.updated_at, y.created_at, t.updated_at) as updated_at
from (select * from yielded_campaigns qualify row_number() over (partition by campaign_key order by rowid desc) = 1) y
join homes h using (campaign_key)
join tallies t using (campaign_id);

insert into core.campaigns by name
select * exclude (is_new) from campaigns_in where is_new order by campaign_id;

update core.campaigns c
set workspace_id = i.workspace_id
from campaigns_in i
where c.campaign_id = i.campaign_id and c.workspace_id <> i.workspace_id;

update core.campaigns c
set name = i.name, status = i.status, moderation = i.moderation, auto_start = i.auto_start, mode = i.mode, saddr = i.saddr,
  start_at = i.start_at, end_at = i.end_at, window_from = i.window_from, window_to = i.window_to, total = i.total,
  delivery_errors = i.delivery_errors, author_name = i.author_name, author_email = i.author_email,
  created_at = i.created_at, updated_at = i.updated_at
from campaigns_in i
where c.campaign_id = i.campaign_id
  and (c.name, c.status, c.moderation, c.auto_start, c.mode, c.saddr, c.start_at, c.end_at, c.window_from, c.window_to,
       c.total, c.delivery_errors, c.author_name, c.author_email, c.created_at, c.updated_at)
    is distinct from
      (i.name, i.status, i.moderation, i.auto_start, i.mode, i.saddr, i.start_at, i.end_at, i.window_from, i.window_to,
       i.total, i.delivery_errors, i.author_name, i.author_email, i.created_at, i.updated_at);

-- Only recipients of a campaign came, its own row did not.
update core.campaigns c
set updated_at = t.updated_at
from tallies t
where $has_campaigns and c.campaign_id = t.campaign_id and t.updated_at > c.updated_at;
