-- What became of the lines. A recipient is one line (its other attempts are unmapped), a receipt may be several.
with received as (
  select a.lines, k.campaign_id
  from arriving_receipts a
  left join kit.receipts k on k.adapter = $adapter and k.line = a.receipt
)
select
  (select count(*) from incoming)::bigint as recipients,
  (select coalesce(sum(lines), 0) from received where campaign_id is not null)::bigint as receipts,
  (select coalesce(sum(lines), 0) from received where campaign_id is null)::bigint as receipts_without_message,
  (
    select count(distinct campaign_id)
    from (
      select campaign_id from incoming
      union all select campaign_id from received
      union all select h.campaign_id from homes h join yielded_campaigns using (campaign_key)
    )
  )::bigint as campaigns,
  (select count(*) from incoming where $has_numbers and digits is null)::bigint as number_invalid,
  (
    select count(*)
    from incoming i
    join core.recipients r using (campaign_id, recipient_id)
    join attempts a on a.line = i.line
    where a.sms_result <> r.sms_result
  )::bigint as other_results,
  (
    select count(*)
    from (
      select campaign_key from yielded_state_events
      union all select campaign_key from yielded_job_errors
      union all select campaign_key from yielded_audit_events
    )
    where campaign_key not in (select campaign_key from homes)
  )::bigint as events_without_campaign;
