"""Every benchmark after the other, each with its defaults; one JSON document of all."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from benchmarks.server import ROOT

PARTS = {
    "items": ["--sizes", "1000,10000,100000"],
    "mixed": [],
    "concurrent_writes": [],
    "delivery": [],
    "streaming": [],
    "devices": [],
    "wbxml": [],
    "calendars": [],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="this one (again for more)")
    arguments = parser.parse_args()
    reports = []
    for name in arguments.only or PARTS:
        load = os.getloadavg()[0]
        print(f"{name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *PARTS[name]],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        reports.append({"load_before": round(load, 2), **json.loads(done.stdout)})
    machine = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }
    print(json.dumps({"machine": machine, "reports": reports}, indent=2))


if __name__ == "__main__":
    main()
