"""Metrics in the text form of Prometheus (version 0.0.4): counters, histograms of time, gauges read when asked.

A page of code instead of a client library: three kinds are needed, counted on one event loop, without binary floats.
Source of the form: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

__all__ = ["MEDIA", "Counter", "Gauge", "Metrics", "Times"]

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_SECOND = 1_000_000_000
_BOUNDS = (
    ("0.0005", 500_000), ("0.001", 1_000_000), ("0.0025", 2_500_000), ("0.005", 5_000_000), ("0.01", 10_000_000),
    ("0.025", 25_000_000), ("0.05", 50_000_000), ("0.1", 100_000_000), ("0.25", 250_000_000), ("0.5", 500_000_000),
    ("1", _SECOND), ("2.5", 2_500_000_000), ("5", 5 * _SECOND), ("10", 10 * _SECOND), ("60", 60 * _SECOND),
)  # fmt: skip
_LIMITS = [limit for _, limit in _BOUNDS]
_Values = tuple[str, ...]


class Counter:
    """How often something happened, by labels. Each series is added to from one thread."""

    kind = "counter"

    def __init__(self, name: str, about: str, labels: _Values = ()) -> None:
        self.name, self.about, self.labels = name, about, labels
        self._counts: dict[_Values, int] = {}

    def add(self, *values: str, many: int = 1) -> None:
        """It happened."""
        self.add_to(values, many)

    def add_to(self, values: _Values, many: int = 1) -> None:
        """The same, with labels that are made already."""
        self._counts[values] = self._counts.get(values, 0) + many

    def lines(self) -> Iterator[str]:
        """Its samples."""
        for values, count in sorted(self._counts.items()):
            yield f"{self.name}{_labelled(self.labels, values)} {count}"


class Times:
    """How long something took, in nanoseconds, by labels; shown in seconds."""

    kind = "histogram"

    def __init__(self, name: str, about: str, labels: _Values = ()) -> None:
        self.name, self.about, self.labels = name, about, labels
        self._counts: dict[_Values, list[int]] = {}
        self._sums: dict[_Values, int] = {}

    def add(self, spent_ns: int, *values: str) -> None:
        """It took so long."""
        self.add_to(values, spent_ns)

    def add_to(self, values: _Values, spent_ns: int) -> None:
        """The same, with labels that are made already."""
        counts = self._counts.get(values)
        if counts is None:
            counts = self._counts[values] = [0] * (len(_LIMITS) + 1)
            self._sums[values] = 0
        counts[bisect_left(_LIMITS, spent_ns)] += 1
        self._sums[values] += spent_ns

    def lines(self) -> Iterator[str]:
        """Its samples: each bound counts everything up to it."""
        named = (*self.labels, "le")
        for values, counts in sorted(self._counts.items()):
            sums = list(accumulate(counts))
            for (bound, _), count in zip((*_BOUNDS, ("+Inf", 0)), sums, strict=True):
                yield f"{self.name}_bucket{_labelled(named, (*values, bound))} {count}"
            yield f"{self.name}_sum{_labelled(self.labels, values)} {_seconds(self._sums[values])}"
            yield f"{self.name}_count{_labelled(self.labels, values)} {sums[-1]}"


class Gauge:
    """Whole numbers that are looked up when they are asked for, by labels; nothing where they cannot be had."""

    kind = "gauge"

    def __init__(self, name: str, about: str, read: Callable[[], Mapping[_Values, int]], labels: _Values = ()) -> None:
        self.name, self.about, self.labels = name, about, labels
        self._read = read

    def lines(self) -> Iterator[str]:
        """Its samples."""
        for values, number in sorted(self._read().items()):
            yield f"{self.name}{_labelled(self.labels, values)} {number}"


class Metrics:
    """All metrics of a service, in the order in which they were added."""

    def __init__(self) -> None:
        self._all: list[Counter | Times | Gauge] = []
        self.requests = self.counter("meed_requests_total", "Requests answered.", ("method", "route", "status"))
        self.times = self.time("meed_request_seconds", "From the first byte to the last of an answer.", ("route",))

    def counter(self, name: str, about: str, labels: _Values = ()) -> Counter:
        """A new counter."""
        made = Counter(name, about, labels)
        self._all.append(made)
        return made

    def time(self, name: str, about: str, labels: _Values = ()) -> Times:
        """A new histogram of times."""
        made = Times(name, about, labels)
        self._all.append(made)
        return made

    def gauge(self, name: str, about: str, read: Callable[[], Mapping[_Values, int]], labels: _Values = ()) -> None:
        """A new gauge."""
        self._all.append(Gauge(name, about, read, labels))

    def text(self) -> str:
        """Everything, as Prometheus reads it."""
        lines: list[str] = []
        for one in self._all:
            lines += [f"# HELP {one.name} {one.about}", f"# TYPE {one.name} {one.kind}", *one.lines()]
        return "\n".join(lines) + "\n"


def _labelled(names: _Values, values: _Values) -> str:
    if not names:
        return ""
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(spent_ns: int) -> str:
    return f"{spent_ns // _SECOND}.{spent_ns % _SECOND:09d}"
