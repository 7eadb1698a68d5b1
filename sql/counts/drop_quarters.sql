-- Forget the quarters of some campaigns.
delete from kit.counted_quarters where campaign_id = any(:campaign_ids::bigint[])
