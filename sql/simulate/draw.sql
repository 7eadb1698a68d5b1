-- The whole fate of each message of a batch, drawn by the models of the specification ("Numbers for a demo"): retries, the
-- centre's answer, and the receipts with their waits in seconds. One row a message.
-- Every draw is a number in [0, 1) that depends on the campaign's luck and the recipient_id alone. Plain arithmetic, because
-- engines have no hash function in common: squares modulo the prime 2^31 - 1, then a multiplier for each draw.
insert into drawn (
  campaign_id, recipient_id, esme, route, smsid, submitted, retries, retry_status, refused_as, refusal, answered, sent, stat, wait,
  err, error, remark, enroute_wait, corrected_wait
)
with seeds as (
  select b.*, s.luck, s.fate = 'exhausted' and s.step > 0 as exhausted,
         (s.luck + b.recipient_id * 48271) % 2147483647 as seed1
  from batch b
  join sim.campaigns s on s.campaign_id = b.campaign_id
),
mixed as (
  select s.*, (s.seed1 * s.seed1 + 12345) % 2147483647 as seed2 from seeds s
),
seeded as (
  select m.*, (m.seed2 * m.seed2 + m.seed1) % 2147483646 + 1 as seed from mixed m
),
-- The number decides the carrier and whether it bounces each time: by digits of its hash.
numbers as (
  select s.*,
         coalesce(
           ((strpos('0123456789abcdef', substr(s.ctn_hash, 4, 1)) - 1) * 4096
            + (strpos('0123456789abcdef', substr(s.ctn_hash, 5, 1)) - 1) * 256
            + (strpos('0123456789abcdef', substr(s.ctn_hash, 6, 1)) - 1) * 16
            + strpos('0123456789abcdef', substr(s.ctn_hash, 7, 1)) - 1) * 1000 / 65536,
           s.seed % 1000
         ) as lane,
         coalesce(
           ((strpos('0123456789abcdef', substr(s.ctn_hash, 8, 1)) - 1) * 4096
            + (strpos('0123456789abcdef', substr(s.ctn_hash, 9, 1)) - 1) * 256
            + (strpos('0123456789abcdef', substr(s.ctn_hash, 10, 1)) - 1) * 16
            + strpos('0123456789abcdef', substr(s.ctn_hash, 11, 1)) - 1) / 65536.0::double precision,
           (s.seed * 39373 % 2147483647) / 2147483647.0::double precision
         ) as of_number
  from seeded s
),
draws as (
  select n.campaign_id, n.recipient_id, n.remark, n.age, n.submitted, n.sent, n.seed, n.exhausted, e.esme, e.route,
         e.smsid as shape, e.validity_hours, e.reports_enroute, e.err_ok,
         case
           when n.of_number < 0.018 then -0.5::double precision  -- the outcome of dead numbers lies below zero
           else (n.seed * 16807 % 2147483647) / 2147483647.0::double precision / e.strain
         end as luck,
         (n.seed * 48271 % 2147483647) / 2147483647.0::double precision as refused,
         (n.seed * 69621 % 2147483647) * 100 / 2147483647 as refusal_per_cent,
         (n.seed * 630360016 % 2147483647) / 2147483647.0::double precision as throttled,
         (n.seed * 742938285 % 2147483647) / 2147483647.0::double precision as wait,
         (n.seed * 950706376 % 2147483647) / 2147483647.0::double precision as tail,
         (n.seed * 1226874159 % 2147483647) / 2147483647.0::double precision as angle,
         case
           when n.of_number < 0.018 then n.of_number / 0.018  -- for the same reason each time
           else (n.seed * 62089911 % 2147483647) / 2147483647.0::double precision
         end as cause,
         (n.seed * 1343714438 % 2147483647) / 2147483647.0::double precision as enroute,
         (n.seed * 397204094 % 2147483647) / 2147483647.0::double precision as late,
         0.15 + 0.5 * (n.seed * 1078318381 % 2147483647) / 2147483647.0::double precision as answer_seconds
  from numbers n
  join sim.esmes e on e.esme = n.esme or (n.esme is null and n.lane >= e.first_lane and n.lane < e.last_lane)
),
-- Over the rate a few are throttled, and most of them get through at the first retry.
answers as (
  select d.*,
         case when d.exhausted then 'ESME_RSYSERR' when d.refused < 0.0065 then f.command_status end as refused_as,
         case
           when d.exhausted then 'retries used up (3), system error at the centre (ESME_RSYSERR)'
           when d.refused < 0.0065 then f.error
         end as refusal,
         case
           when d.exhausted then 3
           when d.refused < 0.0065 then f.retries
           when d.throttled < 0.006 then 2
           when d.throttled < 0.03 then 1
           else 0
         end as retries
  from draws d
  join sim.refusals f on d.refusal_per_cent >= f.low and d.refusal_per_cent < f.high
),
-- Box and Muller turn two even draws into a normal one.
outcomes as (
  select a.*, o.stat, o.wait as wait_model, o.typical, o.spread,
         floor(100 * (o.err_low + (o.err_high - o.err_low) * a.cause))::bigint as per_cent,
         a.submitted + a.answer_seconds + 4 * (power(2, a.retries) - 1) as answered,
         sqrt(-2 * ln(1 - a.tail)) * cos(2 * pi() * a.angle) as bell
  from answers a
  join sim.outcomes o on o.age = a.age and a.luck >= o.low and a.luck < o.high
)
select o.campaign_id, o.recipient_id, o.esme, o.route,
       case
         when o.refused_as is not null then null
         when o.shape = 'decimal' then ((o.campaign_id * 1048573 + o.recipient_id) % 4294967296 * 1103515245 % 4294967296)::varchar
         when o.shape = 'uuid' then md5(o.campaign_id::varchar || ':' || o.recipient_id::varchar)::uuid::varchar
         when o.shape = 'HEX16' then upper(substr(md5(o.campaign_id::varchar || ':' || o.recipient_id::varchar), 1, 16))
         else substr(md5(o.campaign_id::varchar || ':' || o.recipient_id::varchar), 1, 8)
       end,
       o.submitted, o.retries, coalesce(o.refused_as, 'ESME_RTHROTTLED'), o.refused_as, o.refusal, o.answered,
       coalesce(o.sent, o.answered), o.stat,
       case o.wait_model
         when 'lognormal' then least(o.typical * exp(o.spread * o.bell), o.validity_hours * 3600)
         when 'exponential' then -o.typical * ln(1 - o.wait * (1 - exp(-o.validity_hours * 3600 / o.typical)))
         when 'even' then o.typical + o.spread * o.wait
         else o.validity_hours * 3600 + o.wait  -- given up exactly at the end of its validity, counted from when it was sent
              - case when o.sent is null then 0 else o.submitted - o.sent end
       end,
       case when o.stat = 'DELIVRD' then o.err_ok else x.err end,
       x.error,
       case
         when o.retries > 0 then 'accepted at retry ' || o.retries::varchar || ' of 3, after ESME_RTHROTTLED' else o.remark
       end,
       case when o.reports_enroute and o.enroute < 0.6 and o.sent is null then 2 + 8 * o.enroute / 0.6 end,
       case when o.stat = 'UNKNOWN' and o.late < 0.5 then 600 + 7200 * o.late end
from outcomes o
left join sim.failures x on x.esme = o.esme and x.stat = o.stat and o.per_cent >= x.low and o.per_cent < x.high
