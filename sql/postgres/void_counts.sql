-- Let nothing that was counted hold any longer, where there are counts: the same rows are read another way now.
do $$
begin
  if to_regclass('kit.counted') is not null then
    truncate kit.counted, kit.counted_parts, kit.counted_quarters, kit.counted_totals;
  end if;
end
$$
