-- The job errors.
insert into core.job_errors by name
select unnest(
  $rows::struct(
    job_error_id bigint, campaign_id bigint, phase varchar, code varchar, message varchar,
    occurred_at timestamptz
  )[],
  recursive := true
)
