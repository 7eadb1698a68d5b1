delete from batch
