-- How many rows the adapter's SELECTs yielded, how many of them have a number that a spreadsheet rounded, and how many are
-- dated after the clock.
select
  (select count(*) from yielded_campaigns)::bigint as campaigns,
  (select count(*) from yielded_recipients)::bigint as recipients,
  (select count(*) from yielded_receipts)::bigint as receipts,
  (select coalesce(sum(lines), 0) from unmapped)::bigint as unmapped,
  (select count(*) from yielded_recipients where rounded_number(ctn))::bigint as rounded,
  (
    (select count(*) from yielded_recipients where coalesce(attempted_at, sent_at, created_at) > $late)
    + (select count(*) from yielded_receipts where received_at > $late)
  )::bigint as late;
