-- Both are empty again, and take no room.
truncate batch;
truncate drawn
