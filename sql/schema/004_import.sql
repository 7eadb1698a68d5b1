-- What an import remembers, so that repeating it changes nothing and a later file completes an earlier one.
-- Made by `campaignkit import` alone; lives in DuckDB files only. Phone numbers are never among it.
create table if not exists kit.import_keys (             -- one row a recipient: the source's key for it
  adapter          varchar not null,
  recipient_key    varchar not null,                     -- unique in its campaign; in a source without campaigns, in the source
  campaign_id      bigint not null,
  recipient_id     bigint not null,
  attempted_at     timestamptz not null                  -- when the attempt was made that the row now shows
);

-- One row a distinct receipt, matched or still waiting for its message. All of them stay, because what a recipient's
-- receipts add up to is a function of the whole set: a later file may bring an earlier receipt, or the message itself.
create table if not exists kit.receipts (
  adapter          varchar not null,
  line             bigint not null,                      -- in order of arrival: of two receipts at one moment the later decides
  campaign_key     varchar,
  recipient_key    varchar,
  esme             varchar,
  smsid            varchar,
  stat             varchar not null,                     -- verbatim
  err              varchar,
  received_at      timestamptz,                          -- null: a state that the source gives without its time
  campaign_id      bigint,                               -- null until its message is known
  recipient_id     bigint
);
