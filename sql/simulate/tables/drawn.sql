-- Their fates, for the length of one step.
create temporary table if not exists drawn (
  campaign_id bigint, recipient_id bigint, esme varchar, route varchar, smsid varchar, submitted double precision, retries smallint,
  retry_status varchar, refused_as varchar, refusal varchar, answered double precision, sent double precision, stat varchar,
  wait double precision, err varchar, error varchar, remark varchar,
  enroute_wait double precision, corrected_wait double precision
)
