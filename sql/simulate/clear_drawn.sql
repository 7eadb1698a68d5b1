delete from drawn
