-- Find rows of recipients one by one, by their key: the server, which does not know how few receipts are due, would read them all.
set local enable_hashjoin = off;
set local enable_mergejoin = off
