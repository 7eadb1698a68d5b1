-- Clear numbers, readable by the PII role only. In DuckDB they live in a file of their own (FILE.numbers.duckdb), which a
-- session attaches for that role alone; for every other session this relation does not exist.
create table if not exists core.recipient_numbers (
  campaign_id      bigint not null,
  recipient_id     bigint not null,
  ctn              varchar not null,                     -- E.164
  primary key (campaign_id, recipient_id)
);
