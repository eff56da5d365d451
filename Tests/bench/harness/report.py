"""Tables, and ratios with their spread over the rounds."""
import dataclasses
import statistics
from typing import Callable


@dataclasses.dataclass
class Target:
    """A number of one round, and what it must not exceed or fall below; without either it is told only."""
    name: str
    value: Callable
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def row(self, rounds):
        values = [self.value(one) for one in rounds]
        values = sorted(value for value in values if value is not None)
        if not values:
            return [self.name, "", "", "", self.limit(), "not measured"]
        return [self.name, *(f"{number(value)}{self.unit}" for value in
                             (values[0], statistics.median(values), values[-1])), self.limit(), self.verdict(values)]

    def limit(self):
        if self.least is not None:
            return f">= {number(self.least)}{self.unit}"
        return f"<= {number(self.most)}{self.unit}" if self.most is not None else ""

    def verdict(self, values):
        if self.least is None and self.most is None:
            return ""
        good = [value >= self.least if self.least is not None else value <= self.most for value in values]
        middle = statistics.median(values)
        holds = middle >= self.least if self.least is not None else middle <= self.most
        return "holds" if all(good) else "holds in the median" if holds else "MISSED"


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(head, rows):
    cells = [head, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


# The columns of everything that linewarden-bench measures under load.
COLUMNS = [
    ("a second", lambda m: m.get("rate")),
    *[(f"{name} ms", lambda m, name=name: m.get("latency_ms", {}).get(name)) for name in
      ("p50", "p90", "p99", "p99.9", "max")],
    ("resident MB", lambda m: m["resident_bytes"] / 1048576 if m.get("resident_bytes") else None),
    ("CPU µs each", lambda m: m.get("cpu_us")),
    ("bytes written each", lambda m: m.get("written_bytes")),
    ("events a commit", lambda m: m.get("batch")),
]


def section(scenario, rounds):
    columns = getattr(scenario, "COLUMNS", COLUMNS)
    rows = []
    for subject in rounds[0]:
        row = [subject]
        for _, read in columns:
            values = [value for value in (read(one[subject]) for one in rounds) if value is not None]
            row.append(number(statistics.median(values)) if values else "")
        errors = {}
        for one in rounds:
            for what, count in one[subject].get("errors", {}).items():
                errors[what] = errors.get(what, 0) + int(count)
        if any(one[subject].get("ran_out") for one in rounds):
            errors["ended early: nothing left to send"] = ""
        row.append(", ".join(f"{what} {count}".strip() for what, count in errors.items()))
        rows.append(row)
    targets = [target.row(rounds) for target in scenario.TARGETS]
    return "\n\n".join([
        f"## {scenario.TITLE}", (scenario.__doc__ or "").strip(),
        table(["median of the rounds", *(name for name, _ in columns), "errors"], rows),
        table(["in each round", "least", "median", "most", "target", ""], targets),
    ])


def head(tools, options):
    facts = {**tools.facts, "rounds": options.rounds, "seconds each": options.seconds}
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    peers = ", ".join(f"{name} {version}" for name, version in tools.versions.items())
    return "\n".join(["# Tests/bench/run", "", *lines, f"- versions: {peers}"])
