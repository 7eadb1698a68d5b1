-- From lines to recipients: which attempt counts, which row it is, and in which campaign.

-- Each line with its stage, its moments, and the reason why it cannot become a recipient (null: it can).
create temp view attempts as
with read as (
  select
    y.* exclude (stage, campaign_key), nullif(y.campaign_key, '') as campaign_key, h.campaign_id,
    coalesce(y.stage, case
      when y.sent_at is not null or y.command_status = 'ESME_ROK' then 'Delivered'
      when y.command_status is not null then 'Failed'
      when y.smpp_code is not null then 'Sending'
      else 'New'
    end) as stage,
    coalesce(y.created_at, y.attempted_at, y.sent_at, y.dlr_at, h.created_at) as first_at,
    coalesce(y.attempted_at, y.sent_at, y.created_at, y.dlr_at, h.created_at) as made_at
  from (
    select
      rowid as line,
      * replace (
        possible(created_at) as created_at, possible(attempted_at) as attempted_at, possible(sent_at) as sent_at, possible(dlr_at) as dlr_at
      )
    from yielded_recipients
  ) y
  left join homes h on h.campaign_key = y.campaign_key
)
select
  read.*,
  {
    'stage': list_position(['New', 'Sending', 'Failed', 'Delivered'], stage), 'made_at': made_at,
    'rank': case when coalesce(trim(smpp_code), '') = '' then 0 else coalesce(s.rank, 2) end, 'place': coalesce(s.place, 0)
  } as progress,
  case
    when coalesce(recipient_key, '') = '' then 'recipient_without_key'
    when getvariable('has_campaigns') and campaign_id is null then 'recipient_without_campaign'
    when not getvariable('has_campaigns') and saddr is null then 'recipient_without_sender'
    when first_at is null then 'recipient_without_time'
  end as problem
from read
left join stats s on s.code = upper(trim(smpp_code));

insert into unmapped select problem, count(*) from attempts where problem is not null group by problem;

-- One row a recipient: the attempt that got furthest, of those the latest, or the line with the state that decides; the
-- first line says when and where it began. A sender that is not known yet gives way to one that is.
create temp table arrivals as
select d.*, a.progress, a.made_at
from (
  select
    campaign_id, recipient_key, count(*) as lines, min(first_at) as first_at,
    arg_min(saddr, (first_at, saddr = '', saddr)) as saddr,
    arg_max(line, (progress, line)) as line
  from attempts
  where problem is null
  group by campaign_id, recipient_key
) d
join attempts a on a.line = d.line;

-- The other lines of a recipient: earlier attempts, or the very same line once more (files that overlap).
insert into unmapped
select reason, sum(lines)
from (
  select unnest([
    {'reason': 'retry', 'lines': count(distinct (a.stage, a.made_at, a.command_status, a.smsid)) - 1},
    {'reason': 'repeated', 'lines': count(*) - count(distinct (a.stage, a.made_at, a.command_status, a.smsid))}
  ], recursive := true)
  from attempts a
  join arrivals b on b.lines > 1 and b.recipient_key = a.recipient_key and b.campaign_id is not distinct from a.campaign_id
  where a.problem is null
  group by b.line
)
where lines > 0
group by reason;

-- The rows that earlier imports made of the same recipients.
create temp table known as
select
  a.line, k.campaign_id, k.recipient_id, k.attempted_at, r.created_at, r.smsid,
  (a.first_at, a.saddr = '', a.saddr) < (r.created_at, c.saddr = '', c.saddr) as began_elsewhere,
  {
    'stage': list_position(['New', 'Sending', 'Failed', 'Delivered'], r.stage), 'made_at': k.attempted_at,
    'rank': case when $has_code and r.smpp_code is not null then coalesce(s.rank, 2) else 0 end,
    'place': case when $has_code then coalesce(s.place, 0) else 0 end
  } as progress
from arrivals a
join kit.import_keys k
  on k.adapter = $adapter and k.recipient_key = a.recipient_key
  and case when $has_campaigns then k.campaign_id else 0 end = coalesce(a.campaign_id, 0)
join core.recipients r on r.campaign_id = k.campaign_id and r.recipient_id = k.recipient_id
join core.campaigns c on c.campaign_id = k.campaign_id
left join stats s on s.code = upper(r.smpp_code);

-- A source without campaigns gets one for each sender and local day, of the recipient's first line. A line that is
-- earlier than all that was known of its recipient takes it along to the day where it began.
create temp table days as
with wanted as (
  select a.saddr, (a.first_at at time zone $zone)::date as day, min(a.first_at) as created_at
  from arrivals a
  left join known k using (line)
  where not $has_campaigns and (k.line is null or k.began_elsewhere)
  group by all
),
found as (
  select w.*, campaign_uuid($adapter, w.saddr || chr(31) || w.day) as external_id from wanted w
)
select
  f.*, c.campaign_id is null as is_new,
  coalesce(
    c.campaign_id,
    (select coalesce(max(campaign_id), 0) from core.campaigns)
      + row_number() over (partition by c.campaign_id is null order by f.created_at, f.saddr)
  ) as campaign_id
from found f
left join core.campaigns c on c.external_id = f.external_id;

-- Each arrival's row: where it is, where it was (null: nowhere), and whether this import knows more than the row.
create temp table placed as
with placed as (
  select
    a.line, a.recipient_key, a.first_at, a.made_at,
    coalesce(a.campaign_id, d.campaign_id, k.campaign_id) as campaign_id,
    k.campaign_id as old_campaign_id, k.recipient_id as old_recipient_id, k.smsid as old_smsid,
    least(a.first_at, k.created_at) as created_at,
    k.line is null or a.progress >= k.progress as furthest,
    case when a.progress < k.progress then k.attempted_at else a.made_at end as attempted_at
  from arrivals a
  left join known k using (line)
  left join days d
    on d.saddr = a.saddr and d.day = (a.first_at at time zone $zone)::date
    and (k.line is null or k.began_elsewhere)
),
last_ids as (
  select campaign_id, max(recipient_id) as recipient_id
  from core.recipients
  where campaign_id in (select campaign_id from placed)
  group by campaign_id
)
select
  p.*,
  p.old_campaign_id is distinct from p.campaign_id as is_new,
  case
    when p.old_campaign_id = p.campaign_id then p.old_recipient_id
    else coalesce(l.recipient_id, 0)
      + row_number() over (partition by p.campaign_id, p.old_campaign_id is distinct from p.campaign_id order by p.created_at, p.line)
  end as recipient_id
from placed p
left join last_ids l on l.campaign_id = p.campaign_id;

-- The rows as they shall be, but for what the receipts say.
create temp table incoming as
with read as (
  select a.*, coalesce(plain_number(bare_number(a.ctn)), n.digits) as digits
  from attempts a
  left join slow_numbers n on n.raw = a.ctn
)
select
  p.line, p.campaign_id, p.recipient_id, p.recipient_key, p.is_new, p.created_at, a.digits,
  coalesce(keyed_hash(a.digits), a.ctn_hash, r.ctn_hash) as ctn_hash,
  coalesce(shown_digits(a.ctn, a.digits), right(a.ctn_tail, 4), r.ctn_tail, '') as ctn_tail,
  case when p.furthest then a.stage else r.stage end as stage,
  case when p.furthest then a.esme else r.esme end as esme,
  case when p.furthest then a.filter else r.filter end as filter,
  case when p.furthest then coalesce(a.parts, 1) else r.parts end as parts,
  case when p.furthest then a.command_status else r.command_status end as command_status,
  case when p.furthest then nullif(a.smsid, '') else r.smsid end as smsid,
  case when p.furthest then a.error else r.error end as error,
  case   -- of a message that was never sent; that of a receipt comes with it
    when not p.furthest then case when r.smpp_code is null then r.err end
    when coalesce(trim(a.smpp_code), '') = '' then nullif(a.err, '')
  end as err,
  case when p.furthest then a.sent_at else r.sent_at end as sent_at
from placed p
join read a on a.line = p.line
left join core.recipients r on r.campaign_id = p.old_campaign_id and r.recipient_id = p.old_recipient_id;
