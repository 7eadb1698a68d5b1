-- What makes a page cost the same at any depth; `init` builds what no index of the table covers yet, one line at a time,
-- beside running writers. The columns are written as pg_get_indexdef writes them.
create index concurrently campaignkit_outcomes on core.recipients (campaign_id, sms_result, smpp_code, stage, recipient_id)
create index concurrently campaignkit_sent_last on core.recipients (campaign_id, sent_at DESC NULLS LAST, recipient_id DESC)
create index concurrently campaignkit_sent_first on core.recipients (campaign_id, sent_at, recipient_id)
create index concurrently campaignkit_created on core.campaigns (created_at, external_id)
create index concurrently campaignkit_start_last on core.campaigns (start_at DESC NULLS LAST, external_id DESC)
create index concurrently campaignkit_start_first on core.campaigns (start_at, external_id)
create index concurrently campaignkit_sender on core.campaigns (saddr COLLATE "C", external_id)
create index concurrently campaignkit_history on core.state_events (campaign_id, occurred_at)
create index concurrently campaignkit_jobs on core.job_errors (campaign_id, occurred_at)
create index concurrently campaignkit_trail on core.audit_events (campaign_id, occurred_at)
create index concurrently campaignkit_trail on kit.audit_events (campaign_id, occurred_at)
create index concurrently campaignkit_exports on kit.exports (campaign_id, created_at)
