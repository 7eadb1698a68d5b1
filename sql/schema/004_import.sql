-- What an import remembers, so that repeating it changes nothing and a later file completes an earlier one.
-- Made by `campaignkit import` alone; lives in DuckDB files only.
create table if not exists kit.import_keys (             -- one row a recipient: the source's key for it
  adapter          varchar not null,
  recipient_key    varchar not null,                     -- unique in a campaign; in a source without campaigns, in the source
  campaign_id      bigint not null,
  recipient_id     bigint not null
);

create table if not exists kit.receipts (                -- one row a distinct receipt, matched or still waiting for its message
  adapter          varchar not null,
  campaign_key     varchar,
  recipient_key    varchar,
  esme             varchar,
  smsid            varchar,
  stat             varchar not null,                     -- verbatim
  err              varchar,
  received_at      timestamptz not null,
  line             bigint not null,                      -- order among receipts of one moment: the later line decides
  campaign_id      bigint,                               -- null until its message is known
  recipient_id     bigint
);
