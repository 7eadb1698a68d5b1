-- on core.recipients
-- A moment that no calendar has, infinity or one after the year 9999, cannot be shown.
select count(*) from core.recipients r
where not (r.created_at between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
  and coalesce(r.sent_at, r.created_at) between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
  and coalesce(r.dlr_at, r.created_at) between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz)
