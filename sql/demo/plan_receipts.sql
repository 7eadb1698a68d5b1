-- How each bind spells a stat in its receipts.
insert into plan_receipts by name
select unnest(
  $rows::struct(
    esme varchar, stat varchar, smpp_code varchar, sms_result varchar
  )[],
  recursive := true
)
