-- The names by which things are found again.

-- RFC 4122, version 5: SHA-1 of a fixed namespace and a name, so the same source key gives the same UUID everywhere.
create or replace temp macro uuid_of_sha1(digest) as (
  digest[1:12] || '5' || digest[14:16] || '89ab'[(('0x' || digest[17])::integer & 3) + 1] || digest[18:32]
)::uuid;
create or replace temp macro uuid5(namespace, name) as
  uuid_of_sha1(sha1(unhex(replace(namespace, '-', '')) || encode(name)));
create or replace temp macro campaign_uuid(adapter, campaign_key) as
  uuid5('b3a9f1de-5c1c-5e0a-9d0e-3f6a7c2d4b18', adapter || '/' || campaign_key);

-- How an smsid is read. Centres spell one id in two ways: in the response and in the receipt case and leading zeros
-- differ, or one is hexadecimal and the other decimal (Jasmin #625, #1050; Kannel's msg-id-type).
create or replace temp macro smsid_text(smsid) as
  case when smsid is not null then coalesce(nullif(ltrim(lower(trim(smsid)), '0'), ''), '0') end;
create or replace temp macro hex_as_decimal(text) as
  case when regexp_matches(text, '^[0-9a-f]{1,31}$') then ('0x' || text)::hugeint::varchar end;
create or replace temp macro decimal_as_hex(text) as
  case when regexp_matches(text, '^[0-9]{1,38}$') then lower(hex(text::hugeint)) end;

-- The key of a message: its id as the receipt will spell it, by the reading that the adapter names for its ESME.
create or replace temp macro message_smsid(smsid, reading) as case reading
  when 'exact' then '=' || smsid
  when 'hex-dec' then coalesce(hex_as_decimal(smsid_text(smsid)), smsid_text(smsid))
  when 'dec-hex' then coalesce(decimal_as_hex(smsid_text(smsid)), smsid_text(smsid))
  else smsid_text(smsid)
end;

-- The other keys under which a receipt's message may stand, tried only where `smsid_text` finds none.
create or replace temp macro other_smsids(smsid) as
  ['=' || smsid, hex_as_decimal(smsid_text(smsid)), decimal_as_hex(smsid_text(smsid))];
