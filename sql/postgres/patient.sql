-- Let the rest of this transaction take as long as it takes, unless it was the site that set a limit (61 s is ours).
select set_config('statement_timeout', '0', true)
where current_setting('statement_timeout') = '61s'
