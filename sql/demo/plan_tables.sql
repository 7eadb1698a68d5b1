-- The plan, for as long as the sample is being made.
create or replace temp table plan_campaigns (
  campaign_id bigint, sender varchar, held_up_by varchar, key bigint, number_key bigint, population bigint, first_number bigint, stride bigint,
  rows_before bigint, size bigint, burst boolean, built_from timestamptz, built_to timestamptz, parts smallint,
  stop_list varchar, contradictions bigint,
  excluded double, refused double, gone double, barred double, undeliv double, expired double, rejectd double, deleted double,
  unknown double, acceptd double, silent double, over_rate double
);
create or replace temp table plan_batches (
  chunk bigint, campaign_id bigint, first_id bigint, last_id bigint, from_id bigint, to_id bigint, step varchar, starts_at timestamptz, ends_at timestamptz
);
create or replace temp table plan_esmes (
  esme varchar, pace double, strain double, validity_hours bigint, reports_enroute boolean, smsid varchar, err_ok varchar,
  route varchar, first_lane bigint, last_lane bigint
);
create or replace temp table plan_receipts (esme varchar, stat varchar, smpp_code varchar, sms_result varchar);
create or replace temp table plan_failures (esme varchar, stat varchar, per_cent bigint, err varchar, error varchar);
create or replace temp table plan_refusals (per_cent bigint, command_status varchar, error varchar);
create or replace temp table plan_troubles (
  esme varchar, starts_at timestamptz, ends_at timestamptz, sender varchar, refused double, command_status varchar,
  refusal varchar, retried double, stuck double, lost double, stat varchar, late double, over_at timestamptz,
  unmatched boolean
);
create or replace temp table plan_backlogs (esme varchar, starts_at timestamptz, ends_at timestamptz);

-- A number in [0, 1) that is always the same for the same seed and place, and independent from place to place.
-- (hash(a, b, c) is not good enough: its parts are joined by XOR, so that draws for different c are correlated.)
create or replace temp macro draw(seed, place) as (hash(xor(seed, place::ubigint)) >> 11)::double / 9007199254740992.0;
