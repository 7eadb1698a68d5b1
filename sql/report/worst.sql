-- Which channel fared worst, of those that had a tenth of the messages or more: on few messages a rate says little.
--= channel: text
select esme as channel
from recipients
where in_window and sent_at is not null and esme is not null
group by esme
having count(*) >= 0.1 * (select count(*) from recipients where in_window and sent_at is not null and esme is not null)
order by count(*) filter (where verdict = 'delivered') / count(*), esme
limit 1
