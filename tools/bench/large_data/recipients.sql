-- The recipients of the campaigns that end in a span of recipients: sent a hundred a second from a minute after the
-- campaign was made, up to now.
insert into core.recipients by name
select campaign_id, recipient_id, lpad((luck % 10000)::varchar, 4, '0') as ctn_tail,
       case when not submitted then 'New' when luck % 200 = 0 then 'Failed' else 'Delivered' end as stage,
       case when submitted then 'carrier-' || (campaign_id + luck % 3) % 5 end as esme,
       case when not submitted and luck % 50 = 0 then 'stop list' end as filter, 1 as parts,
       case when submitted then case when luck % 200 = 0 then 'ESME_RSUBMITFAIL' else 'ESME_ROK' end end as command_status,
       case when accepted then lower(hex(luck)) end as smsid, stat as smpp_code,
       case stat when 'DELIVRD' then 'delivered' when 'UNDELIV' then 'failed' when 'EXPIRED' then 'failed'
         when 'REJECTD' then 'failed' else 'unknown' end as sms_result,
       case stat when 'UNDELIV' then lpad((luck % 12)::varchar, 3, '0') end as err,
       case stat when 'UNDELIV' then 'subscriber absent' end as error, created_at,
       case when accepted then planned_at end as sent_at,
       case when stat is not null then planned_at + to_milliseconds(2000 + luck % 60000) end as dlr_at
from (
  select *, submitted and luck % 200 <> 0 as accepted,
         case when submitted and luck % 200 <> 0 then
           case when luck % 1000 < 930 then 'DELIVRD' when luck % 1000 < 965 then 'UNDELIV' when luck % 1000 < 980 then 'EXPIRED'
             when luck % 1000 < 985 then 'REJECTD' when luck % 1000 < 988 then 'ENROUTE' when luck % 1000 < 990 then 'UNKNOWN' end
         end as stat
  from (
    select campaign_id, recipient_id, created_at, (hash(campaign_id, recipient_id) % 1000000000000)::bigint as luck,
           created_at + to_milliseconds(60000 + recipient_id * 10) as planned_at,
           kind = 'Done' and created_at + to_milliseconds(60000 + recipient_id * 10) < '2026-11-25 12:00Z'::timestamptz as submitted
    from (
      select campaign_id, kind, created_at, unnest(range(1, size + 1)) as recipient_id
      from plan where size_so_far > $low and size_so_far <= $high order by campaign_id
    )
  )
);
