-- Messages whose fate is to be drawn, for the length of one step. `age`: of the wait for a receipt.
create temporary table if not exists batch (
  campaign_id bigint, recipient_id bigint, ctn_hash varchar, esme varchar, remark varchar, age varchar,
  submitted double precision, sent double precision
)
