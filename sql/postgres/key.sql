-- The contract's key of the recipients, which DuckDB does without: here it is what finds a page.
alter table core.recipients add primary key (campaign_id, recipient_id)
