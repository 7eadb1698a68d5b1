-- Spellings of stat that adapters brought along (their stat_table): the verdict reads a code as the import did.
select a.alias, a.stat
from kit.stat_aliases a
order by a.adapter collate "C", a.alias collate "C"
