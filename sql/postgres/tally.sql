-- What tiles and facets count of all campaigns, kept by triggers, so that no reader has to look at every campaign: only where
-- core.campaigns is a table of this login's own, and nothing that Core sees. Whoever changes a campaign adds what went and what
-- came, waits for nobody but who changes the same campaign, and a rollback takes it back; a reader adds up, and `refresh` puts
-- together what has come in. Triggers are always on, and for each row where rows may come by replication, so that those are counted
-- too; counts come from `refresh` alone, many at once, and are no thing to replicate.
create table if not exists kit.tally (                   -- added up: how many campaigns there are of each kind
  workspace_id varchar not null, status varchar not null, moderation varchar not null, mode varchar, archived boolean not null,
  campaigns bigint not null
);
alter table kit.tally add column if not exists day date, -- these two only of what came in since it was put together,
  add column if not exists saddr varchar;                -- when it goes into the next three as well
create table if not exists kit.tally_days (              -- by the day, in UTC, on which they were created
  day date not null, workspace_id varchar not null, status varchar not null, moderation varchar not null, mode varchar,
  archived boolean not null, campaigns bigint not null,
  unique nulls not distinct (day, workspace_id, status, moderation, mode, archived)
);
create table if not exists kit.tally_senders (           -- by their sender
  saddr varchar not null, workspace_id varchar not null, status varchar not null, moderation varchar not null, mode varchar,
  archived boolean not null, campaigns bigint not null,
  unique nulls not distinct (saddr, workspace_id, status, moderation, mode, archived)
);
create table if not exists kit.senders (                 -- and how many each has: what a search looks through
  saddr varchar primary key, campaigns bigint not null
);
create table if not exists kit.tally_delivered (         -- added up: what kit.counted holds, whether it still holds or not
  workspace_id varchar not null, delivered bigint not null
);
create table if not exists kit.touched (                 -- whichever campaign or count of one may have changed since that sum
  campaign_id bigint not null
);
alter table kit.counted add column if not exists workspace_id varchar;

-- All of it anew, while nobody changes a campaign or puts together.
create or replace function kit.tally_anew() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  lock table core.campaigns in share row exclusive mode;
  lock table kit.senders in exclusive mode;
  delete from kit.tally;
  insert into kit.tally
  select c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, count(*)
  from core.campaigns c left join kit.archived a on a.campaign_id = c.campaign_id
  group by 1, 2, 3, 4, 5;
  delete from kit.tally_days;
  insert into kit.tally_days
  select (c.created_at at time zone 'UTC')::date, c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, count(*)
  from core.campaigns c left join kit.archived a on a.campaign_id = c.campaign_id
  group by 1, 2, 3, 4, 5, 6 order by 1;
  delete from kit.tally_senders;
  insert into kit.tally_senders
  select c.saddr, c.workspace_id, c.status, c.moderation, c.mode, a.campaign_id is not null, count(*)
  from core.campaigns c left join kit.archived a on a.campaign_id = c.campaign_id
  group by 1, 2, 3, 4, 5, 6 order by 1;
  delete from kit.senders;
  insert into kit.senders select c.saddr, count(*) from core.campaigns c group by 1 order by 1;
end
$$;

create or replace function kit.tally_campaign() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'TRUNCATE' then
    perform kit.tally_anew();
    insert into kit.touched select k.campaign_id from kit.counted k;
    return null;
  end if;
  if tg_op <> 'UPDATE' or (old.campaign_id, old.workspace_id, old.status, old.moderation, old.mode, old.created_at, old.saddr)
     is distinct from (new.campaign_id, new.workspace_id, new.status, new.moderation, new.mode, new.created_at, new.saddr) then
    if tg_op <> 'INSERT' then
      insert into kit.tally values (old.workspace_id, old.status, old.moderation, old.mode,
        exists (select 1 from kit.archived a where a.campaign_id = old.campaign_id), -1,
        (old.created_at at time zone 'UTC')::date, old.saddr);
    end if;
    if tg_op <> 'DELETE' then
      insert into kit.tally values (new.workspace_id, new.status, new.moderation, new.mode,
        exists (select 1 from kit.archived a where a.campaign_id = new.campaign_id), 1,
        (new.created_at at time zone 'UTC')::date, new.saddr);
    end if;
  end if;
  if tg_op <> 'INSERT' then
    insert into kit.touched values (old.campaign_id);
  end if;
  if tg_op = 'INSERT' or new.campaign_id <> old.campaign_id then
    insert into kit.touched values (new.campaign_id);
  end if;
  return null;
end
$$;

create or replace function kit.tally_archived() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'TRUNCATE' then
    perform kit.tally_anew();
    return null;
  end if;
  -- one after the other with whoever changes the campaign, or each would add up without what the other has done
  perform from core.campaigns c
  where c.campaign_id in (case when tg_op <> 'INSERT' then old.campaign_id end, case when tg_op <> 'DELETE' then new.campaign_id end)
  for no key update;
  if tg_op <> 'INSERT' then
    insert into kit.tally
    select c.workspace_id, c.status, c.moderation, c.mode, m.archived, case when m.archived then -1 else 1 end,
           (c.created_at at time zone 'UTC')::date, c.saddr
    from core.campaigns c, (values (true), (false)) m (archived) where c.campaign_id = old.campaign_id;
  end if;
  if tg_op <> 'DELETE' then
    insert into kit.tally
    select c.workspace_id, c.status, c.moderation, c.mode, m.archived, case when m.archived then 1 else -1 end,
           (c.created_at at time zone 'UTC')::date, c.saddr
    from core.campaigns c, (values (true), (false)) m (archived) where c.campaign_id = new.campaign_id;
  end if;
  return null;
end
$$;

create or replace function kit.counted_of() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.workspace_id := coalesce((select c.workspace_id from core.campaigns c where c.campaign_id = new.campaign_id), '');
  return new;
end
$$;

create or replace function kit.tally_counted() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'TRUNCATE' then
    delete from kit.tally_delivered;
    insert into kit.touched select c.campaign_id from core.campaigns c;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    insert into kit.tally_delivered
    select w.workspace_id, -sum(w.delivered) from went w group by w.workspace_id having sum(w.delivered) <> 0;
  end if;
  if tg_op <> 'DELETE' then
    insert into kit.tally_delivered
    select n.workspace_id, sum(n.delivered) from came n group by n.workspace_id having sum(n.delivered) <> 0;
  end if;
  case tg_op
    when 'INSERT' then insert into kit.touched select n.campaign_id from came n;
    when 'UPDATE' then insert into kit.touched select w.campaign_id from went w union select n.campaign_id from came n;
    else insert into kit.touched select w.campaign_id from went w;
  end case;
  return null;
end
$$;

set local lock_timeout = '5s';
lock table core.campaigns in share row exclusive mode;
lock table kit.archived, kit.counted in share row exclusive mode;
update kit.counted k
set workspace_id = coalesce((select c.workspace_id from core.campaigns c where c.campaign_id = k.campaign_id), '')
where k.workspace_id is null;
create or replace trigger campaignkit_tally after insert or update or delete on core.campaigns for each row execute function kit.tally_campaign();
create or replace trigger campaignkit_tally_all after truncate on core.campaigns for each statement execute function kit.tally_campaign();
create or replace trigger campaignkit_tally after insert or update or delete on kit.archived for each row execute function kit.tally_archived();
create or replace trigger campaignkit_tally_all after truncate on kit.archived for each statement execute function kit.tally_archived();
create or replace trigger campaignkit_of before insert or update on kit.counted for each row execute function kit.counted_of();
create or replace trigger campaignkit_tally after insert on kit.counted
  referencing new table as came for each statement execute function kit.tally_counted();
create or replace trigger campaignkit_tally_update after update on kit.counted
  referencing old table as went new table as came for each statement execute function kit.tally_counted();
create or replace trigger campaignkit_tally_delete after delete on kit.counted
  referencing old table as went for each statement execute function kit.tally_counted();
create or replace trigger campaignkit_tally_all after truncate on kit.counted for each statement execute function kit.tally_counted();
alter table core.campaigns enable always trigger campaignkit_tally;
alter table core.campaigns enable always trigger campaignkit_tally_all;
alter table kit.archived enable always trigger campaignkit_tally;
alter table kit.archived enable always trigger campaignkit_tally_all;
alter table kit.counted enable always trigger campaignkit_of;
alter table kit.counted enable always trigger campaignkit_tally;
alter table kit.counted enable always trigger campaignkit_tally_update;
alter table kit.counted enable always trigger campaignkit_tally_delete;
alter table kit.counted enable always trigger campaignkit_tally_all;
set local lock_timeout = default;

-- All of it anew: what was there may be of a time without triggers.
select kit.tally_anew();
delete from kit.tally_delivered;
insert into kit.tally_delivered select k.workspace_id, sum(k.delivered) from kit.counted k group by k.workspace_id;
delete from kit.touched;
insert into kit.touched
select coalesce(c.campaign_id, k.campaign_id)
from core.campaigns c full join kit.counted k on k.campaign_id = c.campaign_id
where c.updated_at is distinct from k.updated_at;

revoke all on function kit.tally_anew(), kit.tally_campaign(), kit.tally_archived(), kit.counted_of(), kit.tally_counted() from public;
grant select on kit.tally, kit.tally_days, kit.tally_senders, kit.senders, kit.tally_delivered, kit.touched to campaignkit_viewer;
grant insert, delete on kit.tally, kit.tally_delivered, kit.touched to campaignkit_operator;
grant insert, update, delete on kit.tally_days, kit.tally_senders, kit.senders to campaignkit_operator
