-- The lines of text files, for adapters over logs: one row a line, in order; an empty line is null.
-- `:source` of an adapter is the list of paths, so a log adapter begins with `from source_lines(:source)`.
create or replace temp macro source_lines(paths) as table
  select line
  from read_csv(paths, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false,
                null_padding = true, columns = {'line': 'varchar'});
