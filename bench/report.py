"""Writes docs/performance.md and its plots from what a run of `bench/run` measured, and nothing else."""

import json

from node import RESPONSE
from plots import draw
from processes import ROOT

FOLDER = ROOT / "docs/performance"
RESULTS = FOLDER / "results.json"
__all__ = ["RESPONSE", "RESULTS", "write"]

INTRODUCTION = """# How fast it is, beside what people would use instead

`make bench` wrote this page, from one run on one machine: {cpu}, {system},
load average {load}; Kolibri {kolibri} ({commit}), {date}.
What is called durable was flushed before it was answered, on the same disk. The load is made on the same cores. Compare
ratios, not figures: they are medians of three rounds in turns, of {seconds} seconds each.
[All numbers](performance/results.json).

To repeat it: `make bench` (about twenty minutes; `BENCH_SIZES=10000,100000,1000000,10000000` adds the largest genome).
The script is [bench/run](../bench/run). PostgreSQL and Redis have an advantage: their own protocols, prepared statements
and no JSON.
"""


def write(results):
    # As it is read back: the keys are texts.
    results = json.loads(json.dumps(results))
    FOLDER.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    draw(results, FOLDER)
    first, last = results["load"]
    parts = [
        INTRODUCTION.format(**results["machine"] | {"load": f"{first} at the beginning, {last} at the end"}),
        "## The aims\n\n" + table(("what", "aim", "here", ""), aims(results)),
        "## Requests\n\n![Requests a second](performance/requests.svg)\n\n" + table(*requests(results)),
        "## As it grows\n\n![The same with larger genomes](performance/growth.svg)\n\n" + table(*growth(results)),
        "## Where it is behind\n\n" + behind(results),
        (ROOT / "bench/limits.md").read_text().strip(),
    ]
    (ROOT / "docs/performance.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")
    print(f"wrote {ROOT / 'docs/performance.md'}", flush=True)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def aims(results):
    """What, the aim, what it is here, and whether that is reached."""
    rate = lambda name, connections="64": results["requests"][name][connections]["rate"]  # noqa: E731
    p99 = lambda name, connections="64": results["requests"][name][connections]["p99"]  # noqa: E731
    p50 = lambda name, connections="1": results["requests"][name][connections]["p50"]  # noqa: E731
    questions, drills, telemetry = results["questions"], results["drills"], results["telemetry"]
    million = next((row for row in results["growth"] if row["blocks"] == 1_000_000), results["growth"][-1])
    largest = results["growth"][-1]
    content = len(RESPONSE) + 30
    on, off = telemetry["on"], telemetry["off"]
    rows = [
        ("durable TEACH, 64 connections, beside an empty POST", rate("teach") / rate("empty"), 0.5, "x"),
        ("the same beside PostgreSQL's insert", rate("teach") / rate("insert"), 2, "x"),
        ("its p99", p99("teach"), -8, " ms"),
        ("512 connections beside 64", rate("teach", "512") / rate("teach"), 0.9, "x"),
        ("in batches of 100, beside PostgreSQL's single inserts", rate("batch") / rate("insert"), 10, "x"),
        ("the same beside single TEACHes", rate("batch") / rate("teach"), 6, "x"),
        ("exact ASK, 64 connections, beside an empty POST", rate("ask") / rate("empty"), 0.7, "x"),
        ("the same beside PostgreSQL's select by key", rate("ask") / rate("select"), 1, "x"),
        ("its p50 at one connection, beside an empty POST", p50("ask") / p50("empty"), -1.25, "x"),
        (
            f"questions by words, {questions['pairs']:,} pairs: {questions['peer']} takes",
            questions["fts"]["p50"] / questions["node"]["p50"],
            20,
            "x",
        ),
        ("a durable drill beside SQLite's bulk insert", drills["durable"]["rate"] / drills["durable"]["peer"], 0.12, "x"),
        (f"verifying {million['blocks']:,} blocks", million["verify"], -3, " s"),
        ("the same beside SHA-256 of the file on all cores", million["sha"] / million["verify"], 0.5, "x"),
        (f"start to ready, {largest['blocks']:,} blocks, after a stop", largest["ready"], -0.3, " s"),
        ("the same after kill -9", largest["ready_killed"], -1, " s"),
        (f"resident, {million['blocks']:,} blocks, without the model", million["resident"], -64, " MiB"),
        ("TEACH with telemetry beside without", on["teach"]["rate"] / off["teach"]["rate"], 0.98, "x"),
        ("ASK with telemetry beside without", on["ask"]["rate"] / off["ask"]["rate"], 0.98, "x"),
        ("a full scrape", telemetry["scrape"], -1, " ms"),
        ("bytes a block of a drill", drills["durable"]["bytes"], None, ""),
        (f"bytes a block of {content} bytes of text", million["bytes"] / million["blocks"], -(1.3 * content + 150), ""),
    ]
    return [(what, bound(aim, unit), f"{value:,.2f}{unit}", reached(value, aim)) for what, value, aim, unit in rows]


def bound(aim, unit):
    """A negative aim is an upper bound."""
    return "" if aim is None else f"{'≤' if aim < 0 else '≥'} {abs(aim):g}{unit}"


def reached(value, aim):
    if aim is None:
        return ""
    return "reached" if (value <= -aim if aim < 0 else value >= aim) else "**not reached**"


NAMES = {
    "empty": "an empty POST (HTTP alone)",
    "teach": "TEACH, durable",
    "batch": "TEACH in batches of 100, durable (events)",
    "insert": "{insert}: insert, durable",
    "append": "{append}: XADD, appendfsync always",
    "ask": "ASK, exact",
    "select": "{insert}: select by key",
    "get": "{append}: GET",
}


def requests(results):
    found = results["requests"]
    connections = list(found["teach"])
    head = ["requests a second (p50 / p99 ms)", *(f"{number} connections" for number in connections), "errors"]
    rows = [
        [
            NAMES[name].format(**results["peers"]),
            *(f"{one[number]['rate']:,.0f} ({one[number]['p50']:.2f} / {one[number]['p99']:.2f})" for number in connections),
            sum(one[number]["errors"] for number in connections),
        ]
        for name, one in found.items()
    ]
    return head, rows


def growth(results):
    head = [
        "blocks",
        "TEACH/s (p99 ms)",
        "ASK/s (p99 ms)",
        "taught in a stream",
        "verified",
        "ready",
        "after kill -9",
        "resident",
        "bytes a block",
    ]
    rows = [
        (
            f"{row['blocks']:,}",
            f"{row['teach']['rate']:,.0f} ({row['teach']['p99']:.1f})",
            f"{row['ask']['rate']:,.0f} ({row['ask']['p99']:.1f})",
            f"{row['filled']:.1f} s",
            f"{row['verify']:.2f} s",
            f"{row['ready']:.2f} s",
            f"{row['ready_killed']:.2f} s",
            f"{row['resident']:.0f} MiB",
            f"{row['bytes'] / row['blocks']:.0f}",
        )
        for row in results["growth"]
    ]
    return head, rows


def behind(results):
    """Every peer that is faster, at any number of connections."""
    pairs = (("teach", "insert"), ("teach", "append"), ("batch", "append"), ("ask", "select"), ("ask", "get"))
    lines = []
    for ours, theirs in pairs:
        for connections in results["requests"][ours]:
            mine, peer = (results["requests"][name][connections]["rate"] for name in (ours, theirs))
            if mine < peer:
                name = NAMES[theirs].format(**results["peers"])
                lines.append(f"- {name} is {peer / mine:.1f} times as fast as {NAMES[ours]} at {connections} connections.")
    drills = results["drills"]["durable"]
    times = drills["peer"] / drills["rate"]
    lines.append(f"- SQLite's bulk insert writes {times:.0f} times as many rows as a drill has events.")
    return "\n".join(lines)
