-- Relations that a source may leave out; the part of the screen that needs one then says so and never shows zero.
create table if not exists core.state_events (           -- state history
  event_id         bigint primary key,
  campaign_id      bigint not null,
  phase            varchar not null,                     -- status entered, or a step inside it: 'Building.parse'
  reason           varchar,
  occurred_at      timestamptz not null
);

create table if not exists core.job_errors (             -- workflow and infrastructure errors
  job_error_id     bigint primary key,
  campaign_id      bigint not null,
  phase            varchar not null,
  code             varchar not null,                     -- FILE_PARSE, RETRY_EXHAUSTED, BIND_FAILED, …
  message          varchar not null,
  occurred_at      timestamptz not null
);

create table if not exists core.audit_events (           -- append only
  audit_id         bigint primary key,
  workspace_id     varchar not null,
  campaign_id      bigint,
  action           varchar not null,                     -- vocabulary: R67; others are shown verbatim
  actor            varchar not null,                     -- a person, or 'core'
  note             varchar,
  occurred_at      timestamptz not null
);
