-- The one workspace of a source that has none.
select {workspace}::varchar as workspace_id, {workspace}::varchar as name, {zone}::varchar as time_zone
