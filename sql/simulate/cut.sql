-- The moment up to which receipts are taken this time, so that one transaction stays short.
select max(f.due) as moment
from (
  select r.due from sim.receipts r where r.due <= :moment::double precision order by r.due limit :most::bigint
) f
