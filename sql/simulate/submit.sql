-- The batch goes out.
update core.recipients as r
set stage = 'Sending', esme = d.esme, filter = coalesce(r.filter, d.route)
from drawn d
where r.campaign_id = d.campaign_id and r.recipient_id = d.recipient_id and r.stage = 'New'
