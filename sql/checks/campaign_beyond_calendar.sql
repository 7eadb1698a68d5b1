-- on core.campaigns
-- A moment that no calendar has, infinity or one after the year 9999, cannot be shown.
select count(*) from core.campaigns c
where not (c.created_at between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
  and coalesce(c.start_at, c.created_at) between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
  and coalesce(c.end_at, c.created_at) between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
  and c.updated_at between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz)
