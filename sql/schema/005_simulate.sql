-- What the stand-in for Core remembers between its steps. Made by `campaignkit demo` (the mark) and `campaignkit simulate`
-- (the rest), in samples alone. A moment of its own, `due`, is in seconds on its clock: one that only runs while it runs.
create schema if not exists sim;

create table if not exists sim.sample (                  -- one row: this database was made up, so it may be changed
  seed             bigint not null,
  made_for         timestamptz not null
);

create table if not exists sim.clock (                   -- one row
  moment           double precision not null,
  wall             timestamptz not null,                 -- when its clock stood there
  seed             bigint not null
);

create table if not exists sim.campaigns (
  campaign_id      bigint primary key,
  luck             bigint not null,                      -- seeds the draws of its messages
  fate             varchar not null,
  turn             double precision not null,            -- the share of the list after which the fate comes
  rate             double precision not null,            -- messages a second; of a trigger: events
  excluded         double precision not null,            -- share of numbers on the stop list
  stop_list        varchar not null,
  size             bigint not null,                      -- recipients wished for, where Core makes the list
  source_id        bigint,                               -- the campaign whose numbers it takes then
  source_last      bigint,                               -- the last recipient_id there
  source_at        bigint not null,                      -- how far it has come in them
  by_hand          boolean not null,                     -- paused by a person
  step             smallint not null,                    -- taken inside its status
  due              double precision not null,            -- not before: the next step
  sent_to          bigint not null,                      -- the last recipient_id that was submitted
  submitted        bigint not null,
  to_send          bigint not null,
  paid_until       double precision not null,            -- up to where its rate has been used
  counted          bigint not null,                      -- failed messages at the last count, told at the next
  counted_at       double precision not null,
  changed          boolean not null                      -- since then
);

create table if not exists sim.answers (                 -- one row a submit_sm_resp that is to come
  due              double precision not null,
  campaign_id      bigint not null,
  recipient_id     bigint not null,
  attempt          smallint not null,                    -- 0 is the first
  stage            varchar not null,
  command_status   varchar not null,
  smsid            varchar,
  error            varchar
);

create table if not exists sim.receipts (                -- one row a receipt that is to come
  due              double precision not null,
  line             smallint not null,                    -- at equal times the later line decides
  campaign_id      bigint not null,
  recipient_id     bigint not null,
  rank             smallint not null,
  smpp_code        varchar not null,
  sms_result       varchar not null,
  err              varchar,
  error            varchar
);

-- The sample's world, as `campaignkit/demo` describes it.
create table if not exists sim.esmes (
  esme varchar not null, first_lane bigint not null, last_lane bigint not null, strain double precision not null,
  validity_hours bigint not null, reports_enroute boolean not null, smsid varchar not null, err_ok varchar, route varchar
);
create table if not exists sim.outcomes (                -- what becomes of accepted messages, as shares of one
  age varchar not null, stat varchar, low double precision not null, high double precision not null, wait varchar not null,
  typical double precision not null, spread double precision not null, err_low double precision not null,
  err_high double precision not null
);
create table if not exists sim.codes (code varchar not null, rank smallint not null);
create table if not exists sim.spellings (
  esme varchar not null, stat varchar not null, smpp_code varchar not null, sms_result varchar not null, rank smallint not null
);
create table if not exists sim.failures (
  esme varchar not null, stat varchar not null, low bigint not null, high bigint not null, err varchar not null, error varchar not null
);
create table if not exists sim.refusals (
  low bigint not null, high bigint not null, command_status varchar not null, retries smallint not null, error varchar not null
);
