-- Take the archive mark away (R44): one row, or none if there is no mark.
delete from kit.archived as a
where a.campaign_id = :campaign_id::bigint
