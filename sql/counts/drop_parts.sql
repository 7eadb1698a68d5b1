-- Forget the parts of some campaigns.
delete from kit.counted_parts where campaign_id = any(:campaign_ids::bigint[])
