-- What the toolkit has counted (`campaignkit refresh`), so that a screen need not count it again. A campaign's counts hold
-- as long as its `updated_at` is still the one that stands here; after that a reader counts the rows themselves.
create table if not exists kit.counted (                 -- one row a campaign
  campaign_id      bigint primary key,
  updated_at       timestamptz not null,                 -- the campaign's, as it was read before its rows were counted
  recipients       bigint not null,
  sent             bigint not null,                      -- handed to the SMSC: `sent_at` is set
  delivered        bigint not null,                      -- by sms_result
  errors           bigint not null                       -- failed by sms_result
);

create table if not exists kit.counted_parts (           -- one row a combination that occurs in a campaign
  campaign_id      bigint not null,
  stage            varchar not null,
  sms_result       varchar not null,
  smpp_code        varchar,
  esme             varchar,
  filtered         boolean not null,                     -- `filter` is set
  recipients       bigint not null,
  sent             bigint not null,
  first_sent_at    timestamptz,                          -- these two say whether receipts may still come for all of
  last_sent_at     timestamptz                           -- them, for none, or (counts do not tell) for some
);

-- Quarters of an hour, because every zone of today begins its days at one.
create table if not exists kit.counted_quarters (
  campaign_id      bigint not null,
  quarter          timestamptz not null,                 -- when it began
  sent             bigint not null,
  delivered        bigint not null,
  failed           bigint not null
);

-- What the counts of the campaigns of a workspace in one status add up to, and a fingerprint of them: of which campaigns, and of which
-- `updated_at` of each. Where it is not that of the campaigns now, those are looked at that changed since, or all of them.
create table if not exists kit.counted_totals (
  workspace_id     varchar not null,
  status           varchar not null,
  fingerprint      varchar not null,
  delivered        bigint not null
);
