-- For adapters over CSV files.

-- What a cell holds, without what spreadsheets and other tools put around it to keep it as it is (`="+44…"`, `'+44…`).
-- Empty is null.
set variable blanks = ' ' || chr(9) || chr(10) || chr(13) || chr(160);
create or replace temp macro bare_cell(text) as case
  when text[1] in ('=', '''') then regexp_replace(text, '^(?:="(.*)"|''([=+\-@0-9].*))$', '\1\2')
  else text
end;
create or replace temp macro cell(text) as
  nullif(trim(bare_cell(trim(text, getvariable('blanks'))), getvariable('blanks')), '');

-- The moment that a text means, or null: ISO 8601 with a time of day, or RFC 2822. Without a zone it is in the adapter's.
-- What a spreadsheet of some country made of it (3/2/2026 8:00) can be two days, so it is none.
create or replace temp macro moment(text) as case
  when regexp_matches(text, '^[12]\d{3}-\d\d-\d\d[T ]\d\d:\d\d') then try_cast(text as timestamptz)
  when regexp_matches(text, '^([A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} [12]\d{3} ') then try_strptime(
    regexp_replace(regexp_replace(text, '^[A-Za-z]{3},\s*', ''), '(GMT|UTC?|Z)$', '+0000'),
    '%d %b %Y %H:%M:%S %z'
  )
end;
