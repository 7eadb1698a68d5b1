-- Which channel fared worst: the one that fell farthest below the others.
--= channel: text
select esme as channel
from recipients
where in_window and esme is not null
group by esme
having count(*) >= 10
order by count(*) filter (where verdict = 'delivered') / count(*), esme
limit 1
