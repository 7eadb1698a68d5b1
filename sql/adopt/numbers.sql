-- The clear numbers of a source, for who may read them: those that are in E.164 as they stand.
select n.campaign_id, n.recipient_id, kit.e164(n.ctn)::varchar as ctn
from ({recipients}) as n
where kit.e164(n.ctn) is not null
