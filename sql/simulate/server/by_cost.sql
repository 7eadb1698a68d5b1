-- As the server thinks best.
set local enable_hashjoin = default;
set local enable_mergejoin = default
