-- For the rest of this transaction: plan for what is due now, and wait for nobody who holds a campaign for long.
set local plan_cache_mode = force_custom_plan;
set local lock_timeout = '2s'
