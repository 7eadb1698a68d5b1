-- Take away the toolkit's counts: of a source that does not say what changed they could not be told from right ones.
drop table if exists kit.counted, kit.counted_parts, kit.counted_quarters, kit.counted_totals
