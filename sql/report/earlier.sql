-- What the report said that this one supersedes.
--= figure: text
--= was: text
select figure, was from earlier order by figure
