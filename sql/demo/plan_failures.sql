-- What each bind writes into the err field.
insert into plan_failures by name
select unnest(
  $rows::struct(
    esme varchar, stat varchar, per_cent bigint, err varchar, error varchar
  )[],
  recursive := true
)
