-- on core.recipients
-- A receipt for something that was never submitted.
select count(*) from core.recipients r where r.stage = 'New' and r.smpp_code is not null
