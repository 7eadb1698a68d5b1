-- Begin to keep account of campaigns.
insert into sim.campaigns (
  campaign_id, luck, fate, turn, rate, excluded, stop_list, size, source_at, by_hand, step, due, sent_to, submitted, to_send,
  paid_until, counted, counted_at, changed
)
select
  unnest(:campaign_id::bigint[]), unnest(:luck::bigint[]), unnest(:fate::varchar[]), unnest(:turn::double precision[]),
  unnest(:rate::double precision[]), unnest(:excluded::double precision[]), unnest(:stop_list::varchar[]),
  unnest(:size::bigint[]), 0, unnest(:by_hand::boolean[]), 0, unnest(:due::double precision[]), 0,
  unnest(:submitted::bigint[]), unnest(:to_send::bigint[]), :moment::double precision, unnest(:counted::bigint[]),
  :moment::double precision, false
