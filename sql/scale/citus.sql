-- Past one machine: distributes by campaign what grows with the messages, over the nodes of a Citus cluster, once `campaignkit
-- init` has made it; everything else stays on the coordinator, where lists, actions and the audit trail are plain PostgreSQL.
-- No statement of the toolkit knows of it. An optional last step, for the owner, with psql -v ON_ERROR_STOP=1 -f: each
-- statement is a transaction of its own, as Citus wants it, and does nothing where it has been carried out already.
select create_distributed_table('core.recipients', 'campaign_id')
where not exists (select from pg_dist_partition p where p.logicalrelid = 'core.recipients'::regclass);

select create_distributed_table(t.relation, 'campaign_id', colocate_with => 'core.recipients')
from (select to_regclass('core.recipient_numbers')) as t(relation)  -- not every source has it
where t.relation is not null and not exists (select from pg_dist_partition p where p.logicalrelid = t.relation);

select create_distributed_table('kit.counted_parts', 'campaign_id', colocate_with => 'core.recipients')
where not exists (select from pg_dist_partition p where p.logicalrelid = 'kit.counted_parts'::regclass);

select create_distributed_table('kit.counted_quarters', 'campaign_id', colocate_with => 'core.recipients')
where not exists (select from pg_dist_partition p where p.logicalrelid = 'kit.counted_quarters'::regclass);
