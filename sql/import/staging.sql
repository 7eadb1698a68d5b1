-- A moment that there can be: not one of year 0 or of the year 9999, which damaged lines bring and calendars do not hold.
create or replace temp macro possible(moment) as
  case when moment >= '1970-01-01 00:00:00+00'::timestamptz and moment < '9999-01-01 00:00:00+00'::timestamptz then moment end;

-- What an adapter's SELECTs yield, as it comes. A column that is not yielded takes its default or null.
create temp table yielded_workspaces (
  workspace_id varchar not null, name varchar, time_zone varchar
);

create temp table yielded_campaigns (
  campaign_key varchar not null, workspace_id varchar, name varchar,
  status varchar check (status in ('New','Pending','Building','Sending','Paused','Done','Cancelled','Failed','Expired')),
  moderation varchar default 'Pending' check (moderation in ('Pending','Approved','Rejected')),
  auto_start boolean default true,
  mode varchar check (mode in ('OnDemand','OnTime','Spread','Trigger')),
  saddr varchar not null, start_at timestamptz, end_at timestamptz, window_from time, window_to time,
  total bigint check (total >= 0), delivery_errors bigint check (delivery_errors >= 0),
  author_name varchar, author_email varchar, created_at timestamptz, updated_at timestamptz,
  constraint moments check (
    coalesce(start_at, created_at, updated_at, end_at) is null
    or least(start_at, end_at, created_at, updated_at) >= '1970-01-01 00:00:00+00'::timestamptz
    and greatest(start_at, end_at, created_at, updated_at) < '9999-01-01 00:00:00+00'::timestamptz
  )
);

create temp table yielded_recipients (
  campaign_key varchar, recipient_key varchar, saddr varchar,
  ctn varchar, ctn_hash varchar, ctn_tail varchar,
  stage varchar check (stage in ('New','Sending','Delivered','Failed')),
  esme varchar, filter varchar, parts smallint default 1 check (parts >= 0), command_status varchar, smsid varchar,
  smpp_code varchar, sms_result varchar, err varchar, error varchar,
  created_at timestamptz, sent_at timestamptz, dlr_at timestamptz,
  attempted_at timestamptz                               -- when this attempt was made; not in the contract
);

create temp table yielded_receipts (
  campaign_key varchar, recipient_key varchar, esme varchar, smsid varchar, stat varchar, err varchar,
  received_at timestamptz
);

create temp table yielded_state_events (
  campaign_key varchar, phase varchar not null, reason varchar, occurred_at timestamptz not null check (occurred_at >= '1970-01-01 00:00:00+00'::timestamptz and occurred_at < '9999-01-01 00:00:00+00'::timestamptz)
);

create temp table yielded_job_errors (
  campaign_key varchar, phase varchar not null, code varchar not null, message varchar not null,
  occurred_at timestamptz not null check (occurred_at >= '1970-01-01 00:00:00+00'::timestamptz and occurred_at < '9999-01-01 00:00:00+00'::timestamptz)
);

create temp table yielded_audit_events (
  campaign_key varchar, workspace_id varchar, action varchar not null, actor varchar not null, note varchar,
  occurred_at timestamptz not null check (occurred_at >= '1970-01-01 00:00:00+00'::timestamptz and occurred_at < '9999-01-01 00:00:00+00'::timestamptz)
);

create temp table unmapped (reason varchar not null, lines bigint not null);

-- What the orchestration fills in: the stat table, the adapter's own part of it, the adapter's readings of smsids, slowly read numbers.
create temp table stats (code varchar not null, rank integer not null, place integer not null, sms_result varchar not null);
create temp table own_aliases (alias varchar not null, stat varchar not null);
create temp table smsid_readings (esme varchar not null, reading varchar not null);   -- '*': every other ESME
create temp table slow_numbers (raw varchar not null, digits varchar);
