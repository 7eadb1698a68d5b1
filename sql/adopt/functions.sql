-- What the views over a source are made with. The first three are inlined into the query that asks, so that a condition on what
-- they give reaches the source's own rows, and the site may build an index on them.

-- A source's key as a number: itself if it is one, else a hash, the same over backups and upgrades of one kind of machine.
create or replace function kit.id_of_key(key varchar) returns bigint language sql immutable parallel safe
return case when key ~ '^[1-9][0-9]{0,17}$' then key::bigint else hashtextextended(key, 0) & 9223372036854775807 end;

-- A sender's day as a number that ascends with the days: 16 bits of the day since 1970, 47 of the sender's hash.
create or replace function kit.id_of_day(saddr varchar, day date) returns bigint language sql immutable parallel safe
return ((day - date '1970-01-01')::bigint << 47) | (hashtextextended(saddr, 0) & 140737488355327);

-- What may be shown of a number (R52): its last 4 digits, of one under 8 digits the last 2.
create or replace function kit.shown_digits(number varchar) returns varchar language sql immutable parallel safe
return right(substring(number from '[0-9]*$'), case when length(regexp_replace(number, '[^0-9]', '', 'g')) < 8 then 2 else 4 end);

-- The number in E.164, or null where it is none as it stands: without its country's code it could be anybody's.
create or replace function kit.e164(number varchar) returns varchar language sql immutable parallel safe
return '+' || substring(regexp_replace(number, '[\s().\-/]', '', 'g') from '^(?:\+|00)?([1-9][0-9]{7,14})$');

-- RFC 9562, version 8: a name's UUID, the same everywhere. Version 5 would need SHA-1, which a server has only by an extension.
create or replace function kit.uuid_of(name varchar) returns uuid language sql immutable parallel safe as $$
  select (
    substr(h, 1, 12) || '8' || substr(h, 14, 3) || translate(substr(h, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(h, 18, 15)
  )::uuid
  from (select encode(sha256(convert_to(name, 'UTF8')), 'hex') as h) as d
$$;
