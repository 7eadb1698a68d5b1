-- From receipts to messages. What a receipt is matched with is a function of all messages and receipts known, so that
-- neither the order of files nor of imports matters: receipts of earlier imports are looked at again where this
-- import brings or changes a message that may be theirs.

create temp view receipts_read as
select
  rowid as line, nullif(campaign_key, '') as campaign_key, nullif(recipient_key, '') as recipient_key,
  nullif(esme, '') as esme, nullif(trim(smsid), '') as smsid, nullif(trim(stat), '') as stat, nullif(err, '') as err,
  possible(received_at) as received_at,
  case
    when coalesce(nullif(recipient_key, ''), nullif(trim(smsid), '')) is null then 'receipt_without_id'
    when nullif(trim(stat), '') is null then 'receipt_without_stat'
    when possible(received_at) is null then 'receipt_without_time'
  end as problem
from yielded_receipts;

insert into unmapped select problem, count(*) from receipts_read where problem is not null group by problem;

-- The distinct receipts of this import; a state that stands in a recipient's own row counts as one, without a line.
create temp table arriving_receipts as
with read as (
  select line, 1 as lines, campaign_key, recipient_key, esme, smsid, stat, err, received_at
  from receipts_read
  where problem is null
  union all
  select line, 0, campaign_key, recipient_key, null, null, trim(smpp_code), nullif(err, ''), dlr_at
  from attempts
  where problem is null and trim(smpp_code) <> ''
),
once as (
  select max(lines) as lines_each, min(line) as line, sum(lines) as lines, * exclude (line, lines)
  from read
  group by all
)
select
  o.*, k.line is null as is_new,
  coalesce(
    k.line,
    (select coalesce(max(line), 0) from kit.receipts)
      + row_number() over (partition by k.line is null order by o.lines_each, o.line)
  ) as receipt
from once o
left join kit.receipts k
  on k.adapter = $adapter
  and k.smsid is not distinct from o.smsid and k.recipient_key is not distinct from o.recipient_key
  and k.campaign_key is not distinct from o.campaign_key and k.esme is not distinct from o.esme
  and k.stat = o.stat and k.err is not distinct from o.err and k.received_at is not distinct from o.received_at;

-- Receipts that want a message now: the new ones, and those of earlier imports which this one may concern.
create temp table open_receipts as
with
readings as (
  select i.smsid, coalesce(e.reading, rest.reading) as reading
  from (
    select esme, smsid from incoming where smsid is not null
    union
    select i.esme, p.old_smsid from placed p join incoming i using (campaign_id, recipient_id) where p.old_smsid is not null
  ) i
  left join smsid_readings e on e.esme = i.esme
  join smsid_readings rest on rest.esme = '*'
),
touched as (
  select distinct unnest([smsid_text(smsid), message_smsid(smsid, reading)]) as key
  from readings
  where exists (select 1 from kit.receipts)
),
waiting as (
  select distinct k.line
  from (select line, unnest(list_append(other_smsids(smsid), smsid_text(smsid))) as key from kit.receipts where adapter = $adapter and smsid is not null) k
  join touched t using (key)
  union
  select k.line from kit.receipts k join placed p using (recipient_key) where k.adapter = $adapter
)
select receipt, campaign_key, recipient_key, esme, smsid, received_at, null::bigint as old_campaign_id, null::bigint as old_recipient_id
from arriving_receipts
where is_new
union all
select k.line, k.campaign_key, k.recipient_key, k.esme, k.smsid, k.received_at, k.campaign_id, k.recipient_id
from kit.receipts k
join waiting w on w.line = k.line
where k.adapter = $adapter;

-- Every message that may be meant: of this import all, of earlier ones those whose row did not change now.
create temp table messages as
with
sent as (
  select campaign_id, recipient_id, recipient_key, esme, smsid, coalesce(sent_at, created_at) as sent_at
  from incoming
  union all
  select r.campaign_id, r.recipient_id, k.recipient_key, r.esme, r.smsid, coalesce(r.sent_at, r.created_at)
  from kit.import_keys k
  join core.recipients r on r.campaign_id = k.campaign_id and r.recipient_id = k.recipient_id
  where k.adapter = $adapter
    and exists (select 1 from open_receipts)
    and not exists (select 1 from placed p where p.old_campaign_id = k.campaign_id and p.old_recipient_id = k.recipient_id)
)
select s.*, message_smsid(s.smsid, coalesce(e.reading, rest.reading)) as key, coalesce(e.reading, rest.reading) as reading
from sent s
left join smsid_readings e on e.esme = s.esme
join smsid_readings rest on rest.esme = '*';

-- By the source's own key for the message, if the receipt has one.
create temp table matches as
select o.receipt, arg_max({'campaign_id': m.campaign_id, 'recipient_id': m.recipient_id}, (m.sent_at, m.recipient_key)) as message
from open_receipts o
left join homes h on h.campaign_key = o.campaign_key
join messages m on m.recipient_key = o.recipient_key and (o.campaign_key is null or m.campaign_id = h.campaign_id)
group by o.receipt;

-- By smsid: the message that was sent last before the receipt came. A receipt may overtake the response by a little.
create temp macro sent_before(sent_at, received_at) as epoch_us(sent_at) <= epoch_us(received_at) + 300000000;

insert into matches
select o.receipt, arg_max({'campaign_id': m.campaign_id, 'recipient_id': m.recipient_id}, (m.sent_at, m.recipient_key))
from open_receipts o
left join homes h on h.campaign_key = o.campaign_key
join messages m on m.key = smsid_text(o.smsid)
where o.recipient_key is null
  and (o.esme is null or m.esme = o.esme)
  and (o.campaign_key is null or m.campaign_id = h.campaign_id)
  and sent_before(m.sent_at, o.received_at)
group by o.receipt;

insert into matches
select o.receipt, arg_max({'campaign_id': m.campaign_id, 'recipient_id': m.recipient_id}, (m.sent_at, m.recipient_key))
from (
  select *, unnest(other_smsids(smsid)) as key
  from open_receipts
  where recipient_key is null and receipt not in (select receipt from matches)
) o
left join homes h on h.campaign_key = o.campaign_key
join messages m on m.key = o.key and m.reading in ('auto', 'exact')
where (o.esme is null or m.esme = o.esme)
  and (o.campaign_key is null or m.campaign_id = h.campaign_id)
  and sent_before(m.sent_at, o.received_at)
group by o.receipt;

-- Recipients whose receipts this import may have changed; those that lost one are found before it is reassigned.
create temp table affected as
select campaign_id, recipient_id from incoming
union select message.campaign_id, message.recipient_id from matches
union select old_campaign_id, old_recipient_id from open_receipts where old_campaign_id is not null
-- … and those with a state that the adapter's stat_table reads in another way than it did.
union
select campaign_id, recipient_id
from kit.receipts
where adapter = $adapter and campaign_id is not null and upper(stat) in (
  select alias
  from (select alias, stat from kit.stat_aliases where adapter = $adapter) a
  full join own_aliases o using (alias)
  where a.stat is distinct from o.stat
);

insert into kit.receipts
select
  $adapter, a.receipt, a.campaign_key, a.recipient_key, a.esme, a.smsid, a.stat, a.err, a.received_at,
  m.message.campaign_id, m.message.recipient_id
from arriving_receipts a
left join matches m using (receipt)
where a.is_new and ($keyed or m.receipt is not null or a.recipient_key is null or not like_a_number(a.recipient_key))
order by a.receipt;

update kit.receipts k
set campaign_id = o.campaign_id, recipient_id = o.recipient_id
from (
  select o.receipt, m.message.campaign_id as campaign_id, m.message.recipient_id as recipient_id
  from open_receipts o
  left join matches m using (receipt)
  where (o.old_campaign_id, o.old_recipient_id) is distinct from (m.message.campaign_id, m.message.recipient_id)
) o
where k.adapter = $adapter and k.line = o.receipt
  and (k.campaign_id, k.recipient_id) is distinct from (o.campaign_id, o.recipient_id);
