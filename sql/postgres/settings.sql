-- How every connection of ours is set up: moments in UTC, an end to what hangs, and a statement that is asked again is not planned
-- again, unless the login, the database or the address of it says otherwise.
select set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false),
       case when current_setting('statement_timeout') = '0' then set_config('statement_timeout', '61s', false) end,
       case when current_setting('idle_in_transaction_session_timeout') = '0'
         then set_config('idle_in_transaction_session_timeout', '5min', false) end,
       case when current_setting('plan_cache_mode') = 'auto' then set_config('plan_cache_mode', 'force_generic_plan', false) end
