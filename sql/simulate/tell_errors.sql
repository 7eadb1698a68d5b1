-- Core's own counter shows what it counted last time, so it lags behind the recipients.
update core.campaigns as c
set delivery_errors = s.counted, updated_at = :now::timestamptz
from sim.campaigns s
where s.campaign_id = c.campaign_id and s.changed and s.counted_at <= :before::double precision
