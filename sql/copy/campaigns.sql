-- The campaigns of a copy, masked as a viewer sees them; a sender that is a number keeps its last digits.
select
  c.campaign_id, c.external_id, c.workspace_id,
  regexp_replace(regexp_replace(c.name, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as name,
  c.status, c.moderation, c.auto_start, c.mode,
  regexp_replace(c.saddr, '^[+]?[0-9]{3,}([0-9]{4})$', '****\1') as saddr,
  c.start_at, c.end_at, c.window_from, c.window_to, c.total, c.delivery_errors,
  regexp_replace(regexp_replace(c.author_name, '[^@[:space:]]+@', '…@', 'g'),
    '[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}', '****', 'g') as author_name,
  regexp_replace(c.author_email, '^([^@]?)[^@]*@', '\1…@') as author_email,
  c.created_at, c.updated_at
from core.campaigns c
where c.campaign_id = any(:campaign_ids::bigint[])
order by c.campaign_id
