-- Let the server plan for the campaign that is asked about, for the rest of this transaction, unless the site has set how it plans:
-- the first of ten recipients are had another way than the first of ten million, and a code may be rare.
select set_config('plan_cache_mode', 'auto', true)
where current_setting('plan_cache_mode') = 'force_generic_plan'
