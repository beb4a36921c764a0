"""The programs that make the load, and what they report: `rate` a second, `p50` and `p99` in milliseconds, `errors`."""

import json
import os
import statistics

from processes import ROOT, output

SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))


def wrk(script, url, connections, *arguments):
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{SECONDS}", "-s", f"bench/{script}", url, "--", *arguments]
    return json.loads(output(command, timeout=SECONDS + 60, cwd=ROOT).splitlines()[-1])


def median(rounds):
    """The medians of several rounds, and all errors."""
    found = {key: statistics.median(one[key] for one in rounds) for key in ("rate", "p50", "p99")}
    return found | {"errors": sum(one["errors"] for one in rounds)}
