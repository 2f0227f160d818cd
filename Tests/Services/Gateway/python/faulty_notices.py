"""The example's receiver with faults: FAULTS, a comma-separated list, is used up one a request: `503`, `lost` (kept, but not answered)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 4, "deploy", "examples", "python"))
from notices import Receiver, serve  # noqa: E402

FAULTS = [fault for fault in os.environ.get("FAULTS", "").split(",") if fault]


class Faulty(Receiver):
    def answer(self, status, text=""):
        with open(os.path.join(self.folder, "seen.log"), "a", encoding="utf-8") as log:
            log.write(f'{self.headers.get("Idempotency-Key")} {status} {text}\n')
        fault = FAULTS.pop(0) if FAULTS and status == 204 else ""
        if fault == "lost":
            self.connection.close()
            return
        super().answer(int(fault) if fault else status, text)

    def keep(self, notice, body):
        if not FAULTS or FAULTS[0] != "503":
            super().keep(notice, body)


if __name__ == "__main__":
    serve(Faulty, sys.argv[1:])
