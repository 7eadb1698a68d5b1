-- on core.recipients
-- `sent_at` is set exactly on the rows that the SMSC accepted.
select count(*) from core.recipients r where (r.sent_at is not null) <> (r.stage = 'Delivered')
