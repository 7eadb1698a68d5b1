-- The adapters' own spellings of stat, which sms_result was decided with.
select s.adapter, s.alias, s.stat
from kit.stat_aliases s
order by s.adapter, s.alias
