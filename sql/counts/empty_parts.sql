-- Forget all that was counted, to count it anew.
delete from kit.counted_parts
