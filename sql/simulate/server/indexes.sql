-- What finds the answers and receipts that are due among all that are to come; a file is faster without.
create index if not exists answers_due on sim.answers (due);
create index if not exists answers_of on sim.answers (campaign_id, recipient_id);
create index if not exists receipts_due on sim.receipts (due);
create index if not exists receipts_of on sim.receipts (campaign_id, recipient_id)
