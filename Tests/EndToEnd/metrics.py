"""A strict reader of Prometheus' text format 0.0.4 (wire.md): what it takes, Prometheus takes."""

import math
import re
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_LABEL},?)*)\}})? (\S+)( -?\d+)?")
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


@dataclass
class Family:
    """One metric with all its samples: (name, labels, value)."""

    type: str
    help: str
    samples: list = field(default_factory=list)


class Metrics(dict):
    """Families by name."""

    def value(self, name, **labels):
        """The sum of a metric's samples that carry these labels; 0 when there is none."""
        family = self.get(name) or self[re.sub(r"_(sum|count|bucket)$", "", name)]
        return sum(
            value for sample, found, value in family.samples if sample == name and labels.items() <= found.items()
        )

    def labels(self, name):
        """All label sets of a metric."""
        return [labels for sample, labels, _ in self[name].samples if sample == name]


def parse(text):
    """Reads a page; raises AssertionError for anything that a scraper could refuse."""
    assert text.endswith("\n"), "the last line must end in a line feed"
    metrics, helps, current, seen = Metrics(), {}, None, set()
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert name not in helps, f"second HELP for {name}"
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in metrics, f"second TYPE for {name}"
            assert kind in _TYPES, f"unknown type {kind}"
            assert name in helps, f"no HELP for {name}"
            metrics[name] = Family(kind, helps[name])
            current = name
        elif line and not line.startswith("#"):
            _add_sample(metrics, current, line, seen)
    for name, family in metrics.items():
        if family.type == "histogram":
            _check_histogram(name, family)
    return metrics


def _add_sample(metrics, current, line, seen):
    match = _SAMPLE.fullmatch(line)
    assert match, f"not a sample: {line!r}"
    name, labels, value = match[1], dict(re.findall(_LABEL, match[2] or "")), float(match[5].replace("Inf", "inf"))
    assert current, f"a sample before any TYPE: {line!r}"
    suffixes = ("_bucket", "_sum", "_count") if metrics[current].type == "histogram" else ("",)
    assert name in [current + suffix for suffix in suffixes], f"{name} stands below {current}"
    key = (name, tuple(sorted(labels.items())))
    assert key not in seen, f"twice: {line!r}"
    seen.add(key)
    if metrics[current].type == "counter":
        assert value >= 0 and name.endswith("_total"), f"not how counters look: {line!r}"
    metrics[current].samples.append((name, labels, value))


def _check_histogram(name, family):
    series = {}
    for sample, labels, value in family.samples:
        rest = tuple(sorted((key, text) for key, text in labels.items() if key != "le"))
        series.setdefault(rest, {"buckets": []})
        if sample == f"{name}_bucket":
            series[rest]["buckets"].append((float(labels["le"].replace("Inf", "inf")), value))
        else:
            series[rest][sample.removeprefix(name)] = value
    for found in series.values():
        bounds = [bound for bound, _ in found["buckets"]]
        counts = [count for _, count in found["buckets"]]
        assert bounds == sorted(bounds) and bounds[-1] == math.inf, f"{name}: bounds {bounds}"
        assert counts == sorted(counts), f"{name}: buckets must be cumulative"
        assert counts[-1] == found["_count"] and "_sum" in found, f"{name}: +Inf, _count and _sum must agree"
