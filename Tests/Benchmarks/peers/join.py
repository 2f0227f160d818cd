# The peer of the comparison: DuckDB joins a roll with a register, both read as plain text from CSV, in its own process.
# Usage: join.py REGISTER ROLL LAST-DAY; prints the seconds of the join and the number of hits.
import sys
import time

import duckdb

register, roll, last_day = sys.argv[1:4]
connection = duckdb.connect()
# The register has rows with errors in it, as registers do: they are passed over.
READ = "read_csv(?, header=true, auto_detect=false, all_varchar=true, delim=',', quote='\"', escape='\"',\
 ignore_errors=true, columns={%s})"


def columns(*names):
    return ", ".join(f"'{name}': 'VARCHAR'" for name in names)


start = time.monotonic()
hits = connection.execute(
    f"SELECT count(*) FROM {READ % columns('id', 'name', 'amount')} AS roll"
    f" JOIN {READ % columns('id', 'name', 'date', 'place', 'number', 'revoked')} AS register USING (id)"
    " WHERE register.date <= ? AND register.revoked IS DISTINCT FROM '1'",
    [roll, register, last_day],
).fetchone()[0]
print(time.monotonic() - start, hits)
