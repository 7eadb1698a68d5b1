-- The plan has served.
drop table plan_campaigns;
drop table plan_batches;
drop table plan_esmes;
drop table plan_receipts;
drop table plan_failures;
drop table plan_refusals;
drop table plan_troubles;
drop table plan_backlogs;
drop macro draw;
