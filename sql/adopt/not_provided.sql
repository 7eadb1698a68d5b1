-- Columns that the views have because the contract does, and that their source cannot fill: screens say so.
create table if not exists kit.not_provided (name varchar primary key)
