-- Runs in the file of clear numbers; `arriving` is what numbers_out.sql yielded.
create schema if not exists core;
create table if not exists core.recipient_numbers (
  campaign_id bigint not null, recipient_id bigint not null, ctn varchar not null, primary key (campaign_id, recipient_id)
);

-- A number follows its recipient.
update arriving a
set ctn = n.ctn
from core.recipient_numbers n
where a.ctn is null and n.campaign_id = a.old_campaign_id and n.recipient_id = a.old_recipient_id;

delete from core.recipient_numbers n
using arriving a
where n.campaign_id = a.old_campaign_id and n.recipient_id = a.old_recipient_id;

insert into core.recipient_numbers
select campaign_id, recipient_id, ctn
from arriving
where ctn is not null
order by campaign_id, recipient_id
on conflict (campaign_id, recipient_id) do update set ctn = excluded.ctn;
