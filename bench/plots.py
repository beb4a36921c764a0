"""Draws the plots of docs/performance.md, in colours that can be read on a light and a dark page."""

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

GREY = "#8a8f98"
STYLE = {
    # The same numbers give the same file.
    "svg.hashsalt": "kolibri",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
OURS, THEIRS, HTTP = "#0d9488", "#d97706", "#6b7280"
BARS = [
    ("empty", "empty POST", HTTP),
    ("teach", "TEACH", OURS),
    ("insert", "PostgreSQL insert", THEIRS),
    ("append", "Redis XADD", THEIRS),
    ("ask", "ASK", OURS),
    ("select", "PostgreSQL select", THEIRS),
    ("get", "Redis GET", THEIRS),
]
GROWTH = [
    ("TEACH a second", lambda row: row["teach"]["rate"]),
    ("ASK a second", lambda row: row["ask"]["rate"]),
    ("TEACH, p99 in ms", lambda row: row["teach"]["p99"]),
    ("verifying, µs a block", lambda row: row["verify"] / row["blocks"] * 1e6),
    ("start to ready, s", lambda row: row["ready"]),
    ("resident, MiB", lambda row: row["resident"]),
]


def draw(results, folder):
    with pyplot.rc_context(STYLE):
        requests(results["requests"], folder / "requests.svg")
        growth(results["growth"], folder / "growth.svg")


def requests(found, path):
    figure, several = pyplot.subplots(1, len(found["teach"]), figsize=(11, 3.2), sharey=True, layout="constrained")
    for axes, connections in zip(several, found["teach"], strict=True):
        names, labels, colours = zip(*reversed(BARS), strict=True)
        axes.barh(labels, [found[name][connections]["rate"] for name in names], color=colours)
        axes.set_title(f"{connections} connections", color=GREY, fontsize=10)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:.0f}k")
        axes.tick_params(labelsize=8)
    save(figure, path)


def growth(rows, path):
    figure, several = pyplot.subplots(2, 3, figsize=(11, 4.6), layout="constrained")
    blocks = [row["blocks"] for row in rows]
    for axes, (title, value) in zip(several.flat, GROWTH, strict=True):
        axes.plot(blocks, [value(row) for row in rows], marker="o", color=OURS)
        axes.set_xscale("log")
        axes.set_xticks(blocks, [f"10^{len(str(size)) - 1}" for size in blocks])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_title(title, color=GREY, fontsize=10)
        axes.tick_params(labelsize=8)
    save(figure, path)


def save(figure, path):
    figure.savefig(path, metadata={"Date": None}, transparent=True)
    pyplot.close(figure)
