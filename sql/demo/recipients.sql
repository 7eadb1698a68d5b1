-- The recipients of one chunk of batches, drawn by the models of the specification ("Numbers for a demo"). DuckDB only.
-- Moments are microseconds until the last step. Every draw has a place of its own: draw(seed, place).
insert into core.recipients by name
with listed as (
  -- One row a message. A campaign walks its workspace's numbers in steps, so none occurs twice in it.
  select c.* exclude (key, number_key), b.step, b.first_id, b.last_id, r.recipient_id,
         epoch_us(b.starts_at) as starts, epoch_us(b.ends_at) as ends,
         epoch_us(c.built_from) as built_first, epoch_us(c.built_to) as built_last,
         hash(c.key, r.recipient_id) as seed,
         hash(c.number_key, (c.first_number + r.recipient_id * c.stride) % c.population) as person
  from plan_batches b
  join plan_campaigns c on c.campaign_id = b.campaign_id
  cross join lateral (select unnest(range(b.from_id, b.to_id + 1)) as recipient_id) r
  where b.chunk = $chunk
),
lanes as (
  select e.*, unnest(range(e.first_lane, e.last_lane)) as lane from plan_esmes e
),
-- The number decides the carrier, and whether it bounces each time.
routed as (
  select l.*, e.esme, e.strain, e.validity_hours, e.reports_enroute, e.smsid as smsid_shape, e.err_ok, e.route,
         draw(l.person, 2) < l.gone as is_gone, draw(l.person, 3) < l.barred as is_barred,
         draw(l.seed, 3) < l.excluded and l.step <> 'submitting' and l.recipient_id > l.contradictions as is_excluded,
         -- In a burst each bind empties its own queue, and the slowest is the last.
         l.starts + ((l.recipient_id - l.first_id + draw(l.seed, 4)) / (l.last_id - l.first_id + 1)
                     * (l.ends - l.starts) * case
                        when not l.burst or l.step <> 'submitted' or l.held_up_by = e.esme then 1
                        when l.held_up_by is null then e.pace
                        else 0.1 * e.pace
                      end)::bigint as submitted
  from listed l
  join lanes e on e.lane = floor(draw(l.person, 1) * 1000)::bigint
),
-- What was going on at the carrier at that moment; no message meets two of these.
troubled as (
  select r.*, t.* exclude (esme, sender, starts_at, ends_at, refused, command_status, refusal, stat, over_at),
         t.command_status as trouble_status, t.refusal, t.stat as lost_as, epoch_us(t.over_at) as over,
         coalesce(draw(r.seed, 16) < t.refused, false) as is_turned_down
  from routed r
  left join plan_troubles t on t.esme = r.esme and r.submitted >= epoch_us(t.starts_at) and r.submitted < epoch_us(t.ends_at)
                           and coalesce(t.sender = r.sender, t.sender is null)
),
staged as (
  select r.*,
         case
           when r.recipient_id <= r.contradictions then 'Failed'
           when r.is_excluded or r.step = 'waiting' then 'New'
           when r.step = 'submitting' then 'Sending'
           when r.step = 'refused' or r.is_turned_down or draw(r.seed, 5) < r.refused then 'Failed'
           else 'Delivered'
         end as stage,
         draw(r.seed, 6) / r.strain as luck,
         case
           when draw(r.seed, 17) < r.stuck then 'stuck'
           when draw(r.seed, 17) < r.stuck + r.lost then 'lost'
           when draw(r.seed, 17) < r.stuck + r.lost + r.late then 'late'
         end as fate
  from troubled r
),
-- What becomes of an accepted message in the end; null: no receipt ever comes.
decided as (
  select s.*,
         case
           when s.fate = 'stuck' then null
           when s.fate = 'lost' then s.lost_as
           when s.fate = 'late' then 'DELIVRD'
           when s.is_gone or s.is_barred then 'UNDELIV'
           when s.luck < s.undeliv then 'UNDELIV'
           when s.luck < s.undeliv + s.expired then 'EXPIRED'
           when s.luck < s.undeliv + s.expired + s.rejectd then 'REJECTD'
           when s.luck < s.undeliv + s.expired + s.rejectd + s.deleted then 'DELETED'
           when s.luck < s.undeliv + s.expired + s.rejectd + s.deleted + s.unknown then 'UNKNOWN'
           when s.luck < s.undeliv + s.expired + s.rejectd + s.deleted + s.unknown + s.acceptd then 'ACCEPTD'
           when s.luck < s.undeliv + s.expired + s.rejectd + s.deleted + s.unknown + s.acceptd + s.silent then null
           else 'DELIVRD'
         end as final_stat,
         sqrt(-2 * ln(1 - draw(s.seed, 7))) * cos(2 * pi() * draw(s.seed, 8)) as bell,
         draw(s.seed, 9) as kind,
         draw(s.seed, 10) as wait
  from staged s
),
-- Seconds until that receipt: most at once, some after retries, a few when the phone is on again. What never arrives
-- is given up exactly at the end of its validity.
timed as (
  select d.*,
         case
           when d.fate = 'late' then (d.over - d.submitted) / 1e6 + least(90 * exp(0.8 * d.bell), 3600)
           when d.final_stat in ('EXPIRED', 'UNKNOWN') then d.validity_hours * 3600 + d.wait
           when d.final_stat = 'DELETED' then 600 + d.wait * 7200
           when d.final_stat = 'DELIVRD' and d.kind < 0.85 then least(6 * exp(1.0 * d.bell), d.validity_hours * 3600)
           when d.final_stat = 'DELIVRD' and d.kind < 0.95 then least(240 * exp(1.2 * d.bell), d.validity_hours * 3600)
           when d.final_stat = 'DELIVRD' then -6 * 3600 * ln(1 - d.wait * (1 - exp(-d.validity_hours / 6.0)))
           when d.final_stat = 'UNDELIV' and not d.is_gone and not d.is_barred and d.kind < 0.5
             then least(900 * exp(1.2 * d.bell), d.validity_hours * 3600)
           else 5 * exp(0.8 * d.bell)
         end as seconds,
         2 + 8 * draw(d.seed, 11) as enroute_seconds
  from decided d
),
received as (
  select t.*,
         case
           when t.stage <> 'Delivered' or t.unmatched then null
           when t.final_stat is not null and t.submitted + (t.seconds * 1e6)::bigint <= epoch_us($now::timestamptz) then t.final_stat
           when t.reports_enroute and draw(t.seed, 12) < 0.6
                and t.submitted + (t.enroute_seconds * 1e6)::bigint <= epoch_us($now::timestamptz) then 'ENROUTE'
         end as accepted_stat
  from timed t
),
-- The planted contradictions: of two parts one was refused, the other has a receipt.
told as (
  select r.*,
         case
           when r.recipient_id > r.contradictions then r.accepted_stat
           when r.recipient_id % 4 = 0 then 'ENROUTE'
           else 'DELIVRD'
         end as stat,
         floor(100 * case
           when r.final_stat = 'UNDELIV' and r.is_gone then 0
           when r.final_stat = 'UNDELIV' and r.is_barred then 0.35 + 0.16 * draw(r.person, 4)
           when r.final_stat = 'UNDELIV' then 0.51 + 0.49 * draw(r.seed, 13)
           else draw(r.seed, 13)
         end)::bigint as per_cent,
         (r.rows_before + r.recipient_id) * 2654435761 % 4294967296 as message_number
  from received r
),
-- When the deciding receipt would come in; null: none has.
reported as (
  select t.*,
         case
           when t.stat is null then null
           when t.recipient_id <= t.contradictions then t.submitted + 5000000
           when t.stat = 'ENROUTE' then t.submitted + (t.enroute_seconds * 1e6)::bigint
           else t.submitted + (t.seconds * 1e6)::bigint
         end as reported_at
  from told t
)
select t.campaign_id, t.recipient_id,
       'v1:' || sha256(t.person::varchar) as ctn_hash,
       lpad((t.person % 10000)::varchar, 4, '0') as ctn_tail,
       t.stage,
       case when t.stage <> 'New' then t.esme end as esme,
       case when t.is_excluded then t.stop_list when t.stage <> 'New' then t.route end as filter,
       case when t.recipient_id <= t.contradictions then 2 else t.parts end as parts,
       case
         when t.stage = 'Delivered' then 'ESME_ROK'
         when t.recipient_id <= t.contradictions then 'ESME_RTHROTTLED'
         when t.step = 'refused' then 'ESME_RSYSERR'
         when t.is_turned_down then t.trouble_status
         when t.stage = 'Failed' then f.command_status
         when t.stage = 'Sending' and draw(t.seed, 14) < 0.1 then 'ESME_RTHROTTLED'
       end as command_status,
       case
         when t.stage <> 'Delivered' then null
         when t.unmatched then lpad(t.message_number::varchar, 10, '0')  -- its receipts say the same in hexadecimal
         when t.smsid_shape = 'hex8' then lpad(lower(to_hex(t.message_number)), 8, '0')
         when t.smsid_shape = 'decimal' then t.message_number::varchar
         when t.smsid_shape = 'uuid' then md5(t.seed::varchar)::uuid::varchar
         when t.smsid_shape = 'HEX16' then lpad(upper(to_hex(t.seed)), 16, '0')
       end as smsid,
       w.smpp_code,
       coalesce(w.sms_result, 'unknown') as sms_result,
       case when t.stage = 'Delivered' and t.stat = 'DELIVRD' then t.err_ok else x.err end as err,
       case
         when t.recipient_id <= t.contradictions then 'part 2 of 2 refused, retries used up (ESME_RTHROTTLED)'
         when t.step = 'refused' and t.stage = 'Failed' then 'retries used up (3), system error at the centre (ESME_RSYSERR)'
         when t.stage = 'Failed' and t.is_turned_down then t.refusal
         when t.stage = 'Failed' then f.error
         when t.stage = 'Sending' and draw(t.seed, 14) < 0.1 then 'retry 1 of 3 after ESME_RTHROTTLED'
         when x.error is null and draw(t.seed, 18) < greatest(t.retried, t.over_rate) and t.stage = 'Delivered'
           then 'accepted at retry ' || (1 + floor(3 * draw(t.seed, 19)))::varchar || ' of 3, after ESME_RTHROTTLED'
         else x.error
       end as error,
       -- Triggers get their recipients one by one, shortly before each message.
       make_timestamptz(coalesce(
         t.built_first + ((t.built_last - t.built_first) * t.recipient_id / t.size)::bigint,
         t.submitted - 200000 - (2e6 * draw(t.seed, 15))::bigint
       ) // 1000 * 1000) as created_at,
       case when t.stage = 'Delivered' then make_timestamptz(t.submitted // 1000 * 1000) end as sent_at,
       -- What was held up comes in after that, a quarter of an hour's worth in a minute.
       make_timestamptz(coalesce(
         epoch_us(b.ends_at) + (t.reported_at - epoch_us(b.starts_at)) // 15, t.reported_at
       ) // 1000 * 1000) as dlr_at
from reported t
left join plan_backlogs b on b.esme = t.esme and t.reported_at >= epoch_us(b.starts_at) and t.reported_at < epoch_us(b.ends_at)
left join plan_receipts w on w.esme = t.esme and w.stat = t.stat
left join plan_failures x on x.esme = t.esme and x.stat = t.stat and x.per_cent = t.per_cent
left join plan_refusals f on t.stage = 'Failed' and f.per_cent = t.per_cent
order by t.campaign_id, t.recipient_id
