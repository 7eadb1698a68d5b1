-- For adapters over logs.

-- The lines of text files, in order; an empty line is null. A log adapter begins with `from source_lines(:source)`.
create or replace temp macro source_lines(paths) as table
  select line
  from read_csv(paths, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false,
                null_padding = true, columns = {'line': 'varchar'});

-- The value in a part that reads `key:value`; null if the part is another one, or empty.
create or replace temp macro valued(part, key) as
  case when starts_with(part, key || ':') then nullif(substr(part, length(key) + 2), '') end;

-- A value without the b'…' that Python 3 prints around bytes.
create or replace temp macro unquoted(value) as case
  when value like 'b''%''' or value like 'b"%"' then value[3:-2]
  else value
end;
