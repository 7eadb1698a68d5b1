-- The stop list takes out its share of numbers: the same numbers each time.
update core.recipients as r
set filter = s.stop_list
from sim.campaigns s
where s.campaign_id = :campaign_id::bigint and r.campaign_id = s.campaign_id and r.stage = 'New' and r.filter is null
  and (strpos('0123456789abcdef', substr(r.ctn_hash, 12, 1)) - 1) * 256
      + (strpos('0123456789abcdef', substr(r.ctn_hash, 13, 1)) - 1) * 16
      + strpos('0123456789abcdef', substr(r.ctn_hash, 14, 1)) - 1 < 4096 * s.excluded
