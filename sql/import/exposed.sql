-- How a source's keys stand to its phone numbers: keys that are one, keys that hold one, keys that an earlier import hashed.
select
  count(*) filter (like_a_number(recipient_key)) as like_numbers,
  count(*) filter (like_a_number(recipient_key) and holds) as are_numbers,
  count(*) filter (not like_a_number(recipient_key) and holds) as hold_numbers,
  exists (select 1 from kit.import_keys where adapter = $adapter and starts_with(recipient_key, 'v1:')) as were_hashed
from (
  select recipient_key, length(digits) >= 7 and contains(bare_number(recipient_key), digits) as holds
  from (select recipient_key, ltrim(regexp_replace(ctn, '\D', '', 'g'), '0') as digits from yielded_recipients)
);
