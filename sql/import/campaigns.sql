-- The campaigns of a source that has campaigns of its own.

-- One row a campaign_key that anything of this import names and that is known, from this import or an earlier one.
create temp table homes as
with
given as (
  select campaign_key, min(created_at) as created_at from yielded_campaigns group by campaign_key
),
first_lines as (
  select campaign_key, min(coalesce(possible(created_at), possible(attempted_at), possible(sent_at))) as created_at
  from yielded_recipients where campaign_key is not null group by campaign_key
),
named as (
  select campaign_key from given
  union select campaign_key from first_lines
  union select campaign_key from yielded_receipts where campaign_key is not null
  union select campaign_key from yielded_state_events where campaign_key is not null
  union select campaign_key from yielded_job_errors where campaign_key is not null
  union select campaign_key from yielded_audit_events where campaign_key is not null
),
found as (
  select
    n.campaign_key, n.external_id, c.campaign_id,
    coalesce(g.created_at, c.created_at, f.created_at) as created_at
  from (select campaign_key, campaign_uuid($adapter, campaign_key) as external_id from named) n
  left join given g using (campaign_key)
  left join first_lines f using (campaign_key)
  left join core.campaigns c on c.external_id = n.external_id
  where $has_campaigns and (g.campaign_key is not null or c.campaign_id is not null)
)
select
  campaign_key, external_id, created_at, campaign_id is null as is_new,
  coalesce(
    campaign_id,
    (select coalesce(max(campaign_id), 0) from core.campaigns)
      + row_number() over (partition by campaign_id is null order by created_at, campaign_key)
  ) as campaign_id
from found;
