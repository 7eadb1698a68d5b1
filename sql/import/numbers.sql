-- Phone numbers: read, hashed, masked. The variables are set for each import: `country_…` are regular expressions from
-- the country's numbering plan (null without a country), `ctn_inner` and `ctn_outer` the padded key of the HMAC (RFC 2104).

-- A number without the marks that people set between its digits.
create or replace temp macro bare_number(raw) as
  regexp_replace(regexp_replace(raw, '^(\+?\d{7,})\.0$', '\1'), '[\s().\-/]', '', 'g');   -- 447700900123.0: a number that was a float

-- Whether a spreadsheet has rounded it: of 4.47701E+11 the last digits are lost.
create or replace temp macro rounded_number(raw) as regexp_matches(raw, '^\+?\d([.,]\d+)?[eE]\+?\d+$');

-- The E.164 digits of a number that needs no more than a look; the others go to the phonenumbers library, once each.
-- With a country, a number without + is international only if it could not be a national one as it stands.
create or replace temp macro plain_number(bare) as case
  when getvariable('country_plus') is null then nullif(regexp_extract(bare, '^(?:\+|00)?([1-9]\d{7,14})$', 1), '')
  when regexp_matches(bare, getvariable('country_plus')) then bare[2:]
  when regexp_matches(bare, getvariable('country_plain')) and not regexp_matches(bare, getvariable('country_national')) then bare
end;

create or replace temp macro keyed_hash(text) as
  'v1:' || sha256(getvariable('ctn_outer') || unhex(sha256(getvariable('ctn_inner') || encode(text))));

-- The last 4 digits, of a number under 8 digits the last 2; of an unreadable number what trailing digits it has.
create or replace temp macro shown_digits(raw, digits) as right(
  coalesce(digits, case when rounded_number(raw) then '' end, regexp_extract(bare_number(raw), '\d*$')),
  case when length(coalesce(digits, ltrim(bare_number(raw), '+'))) < 8 then 2 else 4 end
);

-- A source's key that is shaped like a phone number may be one, and is kept as a keyed hash only.
create or replace temp macro like_a_number(key) as regexp_matches(bare_number(key), '^\+?\d{7,15}$');
