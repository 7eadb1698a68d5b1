-- One row if recipients lie on the nodes of a cluster; only there the catalog that is asked is there at all.
select p.logicalrelid::varchar from pg_dist_partition p where p.logicalrelid = 'core.recipients'::regclass
