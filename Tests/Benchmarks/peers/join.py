# The peer of the comparison: DuckDB joins a roll with a register, both read as plain text from CSV, in its own process.
# Usage: join.py REGISTER ROLL; prints the seconds of the join and the number of hits.
import sys
import time

import duckdb

register, roll = sys.argv[1:3]
connection = duckdb.connect()
connection.execute("SET threads TO 1")
start = time.monotonic()
hits = connection.execute(
    "SELECT count(*) FROM read_csv(?, header=true, all_varchar=true) AS roll"
    " JOIN read_csv(?, header=true, all_varchar=true) AS register USING (id)",
    [roll, register],
).fetchone()[0]
print(time.monotonic() - start, hits)
