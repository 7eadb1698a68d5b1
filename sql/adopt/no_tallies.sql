-- Nothing, where no column has to follow from recipients: the campaigns are read without them.
select null::bigint as campaign_id, null::timestamptz as created_at, null::timestamptz as updated_at, false as is_busy where false
