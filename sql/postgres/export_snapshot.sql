-- What names the state that this transaction sees, so that another connection can see the same; no row on a cluster, of whose
-- other nodes it says nothing.
select pg_export_snapshot()
where not exists (select from pg_extension where extname = 'citus')
