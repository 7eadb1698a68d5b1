-- The text of an SMPP delivery receipt: `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`.
-- SMPP 3.4 (appendix B) leaves it to the vendor, so each key is looked for on its own: in any order and case,
-- any of them missing. Values stay text: dates come in several forms without a zone, err is not a number.

-- The value behind a key, or null: a word; one with a colon only if it follows at once (`err:MK:0001`), because in
-- `id: sub:001` the id is missing and is not `sub`.
create or replace temp macro receipt_word(receipt, key) as coalesce(
  nullif(regexp_extract(receipt, '(?i)(?:^|[^a-z0-9])' || key || ':(\S+)', 1), ''),
  nullif(regexp_extract(receipt, '(?i)(?:^|[^a-z0-9])' || key || ':\s+([^\s:]+)(?:\s|$)', 1), '')
);

-- `text:` ends the receipt and echoes what the sender wrote, which may look like a key: keys are searched before it,
-- and behind it only if they are not there (`text: stat:DELIVRD` is from a real parser's tests).
create or replace temp macro receipt_key(receipt, key) as coalesce(
  receipt_word(regexp_replace(receipt, '(?is)[^a-z0-9]text:.*$', ''), key),
  receipt_word(receipt, key)
);

-- The keys of a receipt.
create or replace temp macro receipt_text(receipt) as {
  'id': receipt_key(receipt, 'id'),
  'sub': receipt_key(receipt, 'sub'),
  'dlvrd': receipt_key(receipt, 'dlvrd'),
  'submit_date': receipt_key(receipt, 'submit[ _]?date'),
  'done_date': receipt_key(receipt, 'done[ _]?date'),
  'stat': receipt_key(receipt, 'stat'),
  'err': receipt_key(receipt, 'err'),
  'text': nullif(trim(regexp_extract(receipt, '(?is)(?:^|[^a-z0-9])text:(.*)$', 1)), '')
};

-- Why those keys are none of a receipt, or null. Somebody's message may hold one of them by chance, hardly two.
-- It wants them as a column of a subquery: a macro is text, and would search for them all over again.
create or replace temp macro receipt_problem(keys) as case
  when (keys.id is not null)::integer + (keys.sub is not null)::integer + (keys.dlvrd is not null)::integer
    + (keys.submit_date is not null)::integer + (keys.done_date is not null)::integer
    + (keys.stat is not null)::integer + (keys.err is not null)::integer < 2 then 'not_a_receipt'
  when keys.id is null then 'receipt_without_id'
  when keys.stat is null then 'receipt_without_stat'
end;
