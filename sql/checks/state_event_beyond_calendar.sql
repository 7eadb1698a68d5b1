-- on core.state_events
-- A moment that no calendar has, infinity or one after the year 9999, cannot be shown.
select count(*) from core.state_events e
where not e.occurred_at between '0001-01-02 00:00:00+00'::timestamptz and '9999-12-30 00:00:00+00'::timestamptz
