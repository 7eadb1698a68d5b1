-- The records of CSV files, the columns that the adapter names; one row a record, in order.
create temp table source_rows as
select cell(columns(*))
from read_csv($source, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', new_line = '\r\n');
