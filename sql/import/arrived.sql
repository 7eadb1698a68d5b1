-- Recipients that have come for a copy, in the order in which DuckDB finds them fastest, counted anew within each campaign;
-- of a campaign that comes in pieces, so many came before.
insert into core.recipients by name
select * replace ($before + row_number() over (partition by campaign_id order by recipient_id) as recipient_id)
from arrived
order by campaign_id, recipient_id
