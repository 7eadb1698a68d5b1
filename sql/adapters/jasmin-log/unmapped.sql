select kind as reason, line
from lines
where kind not in ('submission', 'receipt', 'receipt_text');
