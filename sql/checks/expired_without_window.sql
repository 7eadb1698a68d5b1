-- on core.campaigns
-- R16: a window cannot have passed for a campaign that has none.
select count(*) from core.campaigns c where c.status = 'Expired' and c.mode in ('OnDemand', 'OnTime')
