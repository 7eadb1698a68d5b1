-- The answers that have come in; of several to one message the last counts. Moments are on the clock on the wall.
update core.recipients as r
set stage = a.stage, command_status = a.command_status, smsid = a.smsid, error = a.error,
    sent_at = case
      when a.stage = 'Delivered'
      then greatest(:now::timestamptz - (:moment::double precision - a.due) / :speed::double precision * interval '1 second', :since::timestamptz)
    end
from (
  select distinct on (n.campaign_id, n.recipient_id)
    n.campaign_id, n.recipient_id, n.stage, n.command_status, n.smsid, n.error, n.due
  from sim.answers n
  where n.due <= :moment::double precision
  order by n.campaign_id, n.recipient_id, n.attempt desc
) a
where r.campaign_id = a.campaign_id and r.recipient_id = a.recipient_id and r.stage = 'Sending'
