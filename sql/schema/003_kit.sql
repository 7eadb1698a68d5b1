-- What the toolkit owns.
create schema if not exists kit;
create table if not exists kit.schema_version (version integer not null);

create sequence if not exists kit.audit_ids;
create table if not exists kit.audit_events (            -- what people did through the toolkit
  audit_id         bigint primary key default nextval('kit.audit_ids'),
  workspace_id     varchar not null,
  campaign_id      bigint,
  action           varchar not null,
  actor            varchar not null,
  note             varchar,
  status_before    varchar,                              -- of a lifecycle action; the state history shows it too
  status_after     varchar,
  occurred_at      timestamptz not null
);

create table if not exists kit.members (                 -- who may do what where; empty: everybody, everywhere, by role alone
  login            varchar not null,
  workspace_id     varchar not null,                     -- '*' for all
  role             varchar not null check (role in ('viewer','operator','moderator')),
  primary key (login, workspace_id)
);

create table if not exists kit.archived (                -- R43: the archive mark is ours, the status stays Core's
  campaign_id      bigint primary key,
  archived_at      timestamptz not null,
  archived_by      varchar not null
);

-- An adapter's own spellings of stat (its stat_table), kept because `sms_result` was decided with them.
create table if not exists kit.stat_aliases (
  adapter          varchar not null,
  alias            varchar not null,                     -- in capitals
  stat             varchar not null
);
