-- What a centre answers to a message that it does not accept.
insert into plan_refusals by name
select unnest(
  $rows::struct(
    per_cent bigint, command_status varchar, error varchar
  )[],
  recursive := true
)
