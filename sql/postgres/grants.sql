-- What each group role may do. No view stands between a login and the tables: it would keep pages from their indexes, so
-- the columns themselves are granted. Of core.recipients that is everything but ctn_hash, which could be guessed; the
-- contract has no number there, only the tail that is shown.
do $$
declare
  relation text;
  shown text;
begin
  grant usage on schema core, kit to campaignkit_viewer, campaignkit_pii;
  foreach relation in array array[
    'core.workspaces', 'core.campaigns', 'core.state_events', 'core.job_errors', 'core.audit_events'
  ] loop
    if to_regclass(relation) is not null then
      execute format('grant select on %s to campaignkit_viewer', relation);
    end if;
  end loop;
  select string_agg(quote_ident(a.attname), ', ') into shown
  from pg_attribute a
  where a.attrelid = 'core.recipients'::regclass and a.attnum > 0 and not a.attisdropped and a.attname = any(array[
    'campaign_id', 'recipient_id', 'ctn_tail', 'stage', 'esme', 'filter', 'parts', 'command_status', 'smsid', 'smpp_code',
    'sms_result', 'err', 'error', 'created_at', 'sent_at', 'dlr_at'
  ]);
  execute format('grant select (%s) on core.recipients to campaignkit_viewer', shown);
  grant select on all tables in schema kit to campaignkit_viewer;

  -- An action is a compare-and-set of these columns; archive and restore are one that leaves the status as it is, because
  -- the row is what two people who act at once wait for. Approve and reject alone decide the other axis.
  grant update (status, updated_at) on core.campaigns to campaignkit_operator;
  grant update (moderation) on core.campaigns to campaignkit_moderator;
  grant insert on kit.audit_events to campaignkit_operator, campaignkit_pii;
  grant usage on sequence kit.audit_ids to campaignkit_operator, campaignkit_pii;
  grant insert, delete on kit.archived to campaignkit_operator;
  grant insert, update on kit.exports to campaignkit_operator;
  if to_regclass('kit.counted') is not null then
    grant insert, update, delete on kit.counted, kit.counted_parts, kit.counted_quarters, kit.counted_totals to campaignkit_operator;
  end if;

  if to_regclass('core.recipient_numbers') is not null then
    grant select on core.recipient_numbers to campaignkit_pii;
  end if;

  -- Whoever writes into the audit trail writes under the own name. Once only: it keeps everybody out for a moment.
  if not exists (
    select 1 from pg_policy p where p.polrelid = 'kit.audit_events'::regclass and p.polname = 'campaignkit_read'
  ) then
    alter table kit.audit_events enable row level security;
    create policy campaignkit_read on kit.audit_events for select using (true);
    create policy campaignkit_sign on kit.audit_events for insert with check (actor = session_user::varchar);
  end if;
end
$$
