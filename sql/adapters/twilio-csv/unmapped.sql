select kind as reason
from lines
where kind <> 'message';
