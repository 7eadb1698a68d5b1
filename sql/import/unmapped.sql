select reason, sum(lines)::bigint as lines from unmapped group by reason having sum(lines) > 0 order by reason;
