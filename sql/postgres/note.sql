-- Call this connection by its claim and a note, for others to read (claimed.sql).
select set_config('application_name', %(text)s::text, false)
