-- The distinct numbers that need the phonenumbers library: only ones of digits, because it takes a mask for punctuation.
select distinct ctn
from yielded_recipients
where getvariable('country_plus') is not null and plain_number(bare_number(ctn)) is null
  and regexp_matches(bare_number(ctn), '^\+?\d{4,18}$');
