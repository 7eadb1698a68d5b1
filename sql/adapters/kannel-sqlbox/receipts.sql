-- One row a report of the message's fate. The text is the centre's receipt, URL-encoded (`stat%3ADELIVRD+err%3A000`); without
-- one there is still the bit.
select
  l.message as recipient_id,
  coalesce(
    substring(l.text from '(?i)stat(?::|%3A)([^+% ]+)'),
    case when l.mask & 1 <> 0 then 'DELIVRD' when l.mask & 2 <> 0 then 'UNDELIV' else 'ENROUTE' end
  ) as stat,
  replace(substring(l.text from '(?i)err(?::|%3A)([^+ ]+)'), '%3A', ':') as err,
  l.moment as received_at,
  l.sql_id as line
from lines l
where l.sort = 'report' and l.mask & 39 <> 0 and l.message is not null
offset 0   -- each text is read once, and not wherever its stat is looked at
