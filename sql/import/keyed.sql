-- Keys that are shaped like phone numbers become keyed hashes, those of earlier imports without a key too.
update yielded_recipients set recipient_key = keyed_hash(ltrim(bare_number(recipient_key), '+')) where like_a_number(recipient_key);
update yielded_receipts set recipient_key = keyed_hash(ltrim(bare_number(recipient_key), '+')) where like_a_number(recipient_key);
update kit.import_keys set recipient_key = keyed_hash(ltrim(bare_number(recipient_key), '+'))
where adapter = $adapter and like_a_number(recipient_key);
update kit.receipts set recipient_key = keyed_hash(ltrim(bare_number(recipient_key), '+'))
where adapter = $adapter and like_a_number(recipient_key);
