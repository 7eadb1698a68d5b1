-- on core.campaigns
-- R41: a campaign that is under way cannot be in the archive.
select count(*) from core.campaigns c join kit.archived a on a.campaign_id = c.campaign_id
where c.status in ('Pending', 'Building', 'Sending', 'Paused')
