-- Into the contract's tables. Only what differs is touched, so that a repeated import changes nothing.

-- A recipient that began earlier than was known moves to the campaign of that day.
delete from core.recipients r
using placed p
where p.old_campaign_id = r.campaign_id and p.old_recipient_id = r.recipient_id and p.is_new;

update core.recipients r
set ctn_hash = i.ctn_hash, ctn_tail = i.ctn_tail, stage = i.stage, esme = i.esme, filter = i.filter, parts = i.parts,
  command_status = i.command_status, smsid = i.smsid, error = i.error, created_at = i.created_at, sent_at = i.sent_at
from incoming i
where not i.is_new and r.campaign_id = i.campaign_id and r.recipient_id = i.recipient_id
  and (r.ctn_hash, r.ctn_tail, r.stage, r.esme, r.filter, r.parts, r.command_status, r.smsid, r.error, r.created_at, r.sent_at)
    is distinct from
    (i.ctn_hash, i.ctn_tail, i.stage, i.esme, i.filter, i.parts, i.command_status, i.smsid, i.error, i.created_at, i.sent_at);

update core.recipients r
set smpp_code = d.smpp_code, err = d.err, dlr_at = d.dlr_at, sms_result = d.sms_result
from (
  select
    campaign_id, recipient_id, f.decided.smpp_code as smpp_code, f.decided.dlr_at as dlr_at,
    coalesce(f.decided.sms_result, 'unknown') as sms_result,
    case
      when f.decided is not null then f.decided.err
      when i.line is not null then i.err
      when o.smpp_code is null then o.err
    end as err
  from affected a
  join core.recipients o using (campaign_id, recipient_id)
  left join folded f using (campaign_id, recipient_id)
  left join incoming i using (campaign_id, recipient_id)
) d
where r.campaign_id = d.campaign_id and r.recipient_id = d.recipient_id
  and (r.smpp_code, r.err, r.dlr_at, r.sms_result) is distinct from (d.smpp_code, d.err, d.dlr_at, d.sms_result);

insert into core.recipients by name
select
  i.campaign_id, i.recipient_id, i.ctn_hash, i.ctn_tail, i.stage, i.esme, i.filter, i.parts, i.command_status, i.smsid,
  f.decided.smpp_code as smpp_code, coalesce(f.decided.sms_result, 'unknown') as sms_result,
  case when f.decided is null then i.err else f.decided.err end as err,
  i.error, i.created_at, i.sent_at, f.decided.dlr_at as dlr_at
from incoming i
left join folded f using (campaign_id, recipient_id)
where i.is_new
order by i.campaign_id, i.recipient_id;

-- Where the stage is only our conclusion: what has a receipt was sent somehow.
update core.recipients r
set stage = 'Sending'
from affected a
where not $has_stage and r.campaign_id = a.campaign_id and r.recipient_id = a.recipient_id
  and r.stage = 'New' and r.smpp_code is not null;

update kit.import_keys k
set campaign_id = p.campaign_id, recipient_id = p.recipient_id, attempted_at = p.attempted_at
from placed p
where k.adapter = $adapter and p.old_campaign_id = k.campaign_id and p.old_recipient_id = k.recipient_id
  and (k.campaign_id, k.recipient_id, k.attempted_at) is distinct from (p.campaign_id, p.recipient_id, p.attempted_at);

insert into kit.import_keys
select $adapter, recipient_key, campaign_id, recipient_id, attempted_at
from placed
where old_campaign_id is null
order by campaign_id, recipient_id;

delete from kit.stat_aliases where adapter = $adapter and (alias, stat) not in (select alias, stat from own_aliases);
insert into kit.stat_aliases
select $adapter, alias, stat
from own_aliases
where alias not in (select alias from kit.stat_aliases where adapter = $adapter)
order by alias;

-- What the recipients of each campaign concerned amount to.
create temp table tallies as
select
  c.campaign_id, count(r.campaign_id) as total, min(r.created_at) as created_at,
  max(greatest(r.created_at, r.sent_at, r.dlr_at)) as updated_at,
  coalesce(bool_or(r.stage in ('New', 'Sending')), false) as is_busy
from (
  select campaign_id from affected
  union select old_campaign_id from placed where old_campaign_id is not null
  union select campaign_id from homes
) c
left join core.recipients r on r.campaign_id = c.campaign_id
group by c.campaign_id;

-- Older rows may have come, which leave the time of the last change as it was: what was counted is void.
delete from kit.counted k using tallies t where k.campaign_id = t.campaign_id;
delete from kit.counted_totals;

insert into core.workspaces
select workspace_id, coalesce(any_value(name), workspace_id), coalesce(any_value(time_zone), $zone)
from (
  select workspace_id, name, time_zone from yielded_workspaces
  union all
  select coalesce(workspace_id, $workspace), null, null from yielded_campaigns
  union all
  select coalesce(workspace_id, $workspace), null, null from yielded_audit_events
  where workspace_id is not null or campaign_key is null
  union all
  select $workspace, null, null from days where is_new
)
where workspace_id not in (select workspace_id from core.workspaces)
group by workspace_id
order by workspace_id;

update core.workspaces w
set name = coalesce(y.name, w.name), time_zone = coalesce(y.time_zone, w.time_zone)
from (select workspace_id, any_value(name) as name, any_value(time_zone) as time_zone from yielded_workspaces group by workspace_id) y
where w.workspace_id = y.workspace_id
  and (w.name, w.time_zone) is distinct from (coalesce(y.name, w.name), coalesce(y.time_zone, w.time_zone));
