-- Forget the totals, to add them up anew.
delete from kit.counted_totals
