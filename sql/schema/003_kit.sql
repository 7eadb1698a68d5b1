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

create table if not exists kit.exports (                 -- R62–R65: the record of an export; it outlives the file, and the campaign
  export_id        uuid primary key,
  workspace_id     varchar not null,
  campaign_id      bigint not null,
  external_id      uuid not null,                        -- the campaign's, as people quote it
  format           varchar not null check (format in ('csv','txt')),
  filter           varchar not null,                     -- RecipientFilter as a URL query; empty: the full list
  clear            boolean not null,                     -- full numbers, not masked ones
  status           varchar not null check (status in ('Queued','Running','Done','Failed','Expired')),
  requested_by     varchar not null,
  created_at       timestamptz not null,
  finished_at      timestamptz,
  expires_at       timestamptz,                          -- of a Done one: when the kept file is deleted
  rows_matched     bigint,
  rows_written     bigint,
  bytes            bigint,
  sha256           varchar,
  error            varchar                               -- one sentence for people
);
