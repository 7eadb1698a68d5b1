-- The relations that every source provides (data contract, version 1). They belong to the message center ("Core").
create schema if not exists core;
create schema if not exists kit;

create table if not exists core.workspaces (
  workspace_id     varchar primary key,
  name             varchar not null,
  time_zone        varchar not null default 'UTC'        -- IANA name; days and sending windows are counted in it
);

create table if not exists core.campaigns (
  campaign_id      bigint primary key,                   -- ascending with creation: rows of a campaign lie together
  external_id      uuid not null unique,                 -- what people see and quote
  workspace_id     varchar not null references core.workspaces,
  name             varchar,
  status           varchar not null check (status in ('New','Pending','Building','Sending','Paused','Done','Cancelled','Failed','Expired')),
  moderation       varchar not null default 'Pending' check (moderation in ('Pending','Approved','Rejected')),
  auto_start       boolean not null default true,        -- approval leads straight to Pending
  mode             varchar check (mode in ('OnDemand','OnTime','Spread','Trigger')),   -- null: the source cannot tell
  saddr            varchar not null,                     -- sender name shown on the handset
  start_at         timestamptz,                          -- scheduled; null for OnDemand
  end_at           timestamptz,                          -- Spread and Trigger only
  window_from      time,                                 -- daily sending window, local time; to < from crosses midnight
  window_to        time,
  total            bigint check (total >= 0),            -- recipients; null until the list is built
  delivery_errors  bigint check (delivery_errors >= 0),  -- (optional) Core's own counter; may lag the recipient rows
  author_name      varchar,
  author_email     varchar,
  created_at       timestamptz not null,
  updated_at       timestamptz not null                  -- any change of the campaign or of its recipients
);

-- One row a message: a number may occur twice in a campaign. No key here: in DuckDB it costs load time and space and
-- speeds up nothing (rows are written in order of campaign_id, recipient_id); `check` looks for duplicates instead.
create table if not exists core.recipients (
  campaign_id      bigint not null,
  recipient_id     bigint not null,                      -- ascending inside a campaign
  ctn_hash         varchar,                              -- (optional) '<key id>:' || hex(HMAC-SHA-256(key, E.164 digits)); never shown
  ctn_tail         varchar not null check (length(ctn_tail) <= 4),
  stage            varchar not null check (stage in ('New','Sending','Delivered','Failed')),
  esme             varchar,                              -- the bind it went out on ("Channel")
  filter           varchar,                              -- stop list or routing rule that matched, verbatim
  parts            smallint not null default 1 check (parts >= 0),
  command_status   varchar,                              -- ESME_R… of the last submit_sm_resp
  smsid            varchar,                              -- the SMSC's message id
  smpp_code        varchar,                              -- latest deciding receipt state; vendor codes verbatim; null: no report yet
  sms_result       varchar not null check (sms_result in ('delivered','failed','unknown')),
  err              varchar,                              -- receipt err field, verbatim: '001', '00B'
  error            varchar,                              -- one line for people
  created_at       timestamptz not null,
  sent_at          timestamptz,                          -- accepted by the SMSC
  dlr_at           timestamptz                           -- our clock, when the deciding receipt came in
);
