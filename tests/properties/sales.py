"""Small random teams and what they sold: equal dates, refunds, bounds hit exactly, missing owners, joiners, leavers.

A row is thrown from a seed and its own number, so that Hypothesis chooses how many rows there are, and a row stays
what it is while others are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from meed.engine.money import minor_digits, plain_amount

__all__ = ["BOUNDS", "Tables", "amounts", "sales", "table"]

Tables = dict[str, dict[str, list[Any]]]
BOUNDS = (0, 50, 100, 250, 500, 1000)
"""Bounds of tables and quotas in whole units; amounts are often these very numbers or differences of two."""

_EVEN = (-250, -100, -50, *BOUNDS, 150, 400)
_FIRST = date(2025, 10, 1)
_OFTEN = ("2026-01-31", "2026-02-01", "2026-02-14", "2026-03-31", "2026-04-01", "2026-05-15", "2026-06-30")
_REP = (
    "id", "team", "region", "type", "mentor", "manager", "hired", "left", "quota", "bonus", "grade", "level", "goal",
    "weight", "skills", "on_duty",
)  # fmt: skip
_DEAL = ("id", "owner", "second", "amount", "collected", "closed", "stage", "kind", "units", "margin")
_CALL = ("id", "rep", "at", "minutes")


def amounts(currency: str, least: int = -500) -> st.SearchStrategy[str]:
    """Amounts as text, in the decimals that the currency has."""
    unit = 10 ** minor_digits(currency)
    whole = st.sampled_from([units for units in _EVEN if units >= least])
    odd = st.integers(least * unit, 1500 * unit)
    return st.one_of(whole.map(lambda units: units * unit), odd).map(lambda minor: plain_amount(minor, currency))


def table(rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows as a table by column; it has its columns without rows, too."""
    return {name: [row[name] for row in rows] for name in columns}


class _Dice(Random):
    """What is thrown for one row; amounts are so many times as large."""

    times = 1

    def one(self, *words: Any) -> Any:
        return self.choice(words)

    def maybe(self, value: Any) -> Any:
        return value if self.randrange(6) else None

    def amount(self, currency: str, least: int = -500) -> str:
        unit = 10 ** minor_digits(currency)
        odd = self.randrange(least * unit, 1500 * unit)
        even = self.choice([units for units in _EVEN if units >= least]) * unit
        return plain_amount(self.one(odd, even) * self.times, currency)

    def day(self) -> str:
        ahead = timedelta(days=self.randrange(300))
        return self.one(*3 * _OFTEN, *7 * [(_FIRST + ahead).isoformat()])

    def rep(self, keys: list[str], currency: str) -> dict[str, Any]:
        return {
            "team": self.one("one", "two"),
            "region": self.one("east", "west", "北"),
            "type": self.one("competitive", "成就型", "conservative"),
            "mentor": self.maybe(self.choice(keys)),
            "manager": self.maybe(self.choice(keys)),
            "hired": self.one("2024-05-31", "2025-08-15", "2025-08-15", self.day()),
            "left": self.one(None, None, None, self.day()),
            "quota": self.one("0", "-100", "100", "333", "500", "1000", self.amount(currency, 0)),
            "bonus": self.maybe(self.amount(currency)),
            "grade": self.one("a", "a", "b", "", None),
            "level": self.one("0%", "2.5%", "33.33%", "100%", "150%"),
            "goal": self.randrange(6),
            "weight": self.one("0", "1", "1", "2.5", "0.333"),
            "skills": self.one("", "calls", "calls; demos"),
            "on_duty": self.one("yes", "yes", "no"),
        }

    def deal(self, keys: list[str], currency: str) -> dict[str, Any]:
        return {
            "owner": self.maybe(self.choice([*keys, *keys, None] if keys else [None])),
            "second": self.maybe(self.choice(keys or [None])),
            "amount": self.amount(currency),
            "collected": self.amount(currency),
            "closed": self.day() if self.randrange(12) else None,
            "stage": self.one(*6 * ["won"], "open", "lost"),
            "kind": self.one("new", "renewal", "renewal", None),
            "units": self.randrange(6),
            "margin": self.one("0%", "12.5%", "33.3%", None),
        }

    def call(self, keys: list[str]) -> dict[str, Any]:
        at = f"{self.day()} {self.one('00:00', '09:30', '23:59')}"
        return {"rep": self.choice(keys), "at": at, "minutes": self.randrange(60)}


def _sizes(usual: int, most: int) -> st.SearchStrategy[int]:
    """How many: mostly from `usual` on, now and then fewer, or none."""
    return st.sampled_from([*range(usual), *3 * [*range(usual, most + 1)]])


def _versions(key: str, dice: Callable[[str], _Dice], keys: list[str], currency: str) -> list[dict[str, Any]]:
    """The rows of a rep, from one day to another; a later one often says much of what the one before says."""
    whole = dice(f"{key} versions")
    days = sorted({whole.day() for _ in range(whole.randrange(3))})
    begins = [whole.one(None, None, None, "2025-11-15"), *(day for day in days if day > "2025-11-15")]
    made: list[dict[str, Any]] = []
    for number, day in enumerate(begins):
        row = {"id": key, **dice(f"{key} {number or ''}".strip()).rep(keys, currency)}
        if made:
            row |= {name: cell for name, cell in made[-1].items() if whole.randrange(3)}
            row["id"] = key
        after = begins[number + 1] if number + 1 < len(begins) else None
        early = (date.fromisoformat(after) if after else date(2026, 8, 1)) - timedelta(days=whole.randrange(1, 9))
        until = early.isoformat() if whole.randrange(4) == 0 and early.isoformat() >= (day or "") else None
        made.append(row | {"valid_from": day, "valid_until": until})
    return made


@st.composite
def sales(draw: st.DrawFn, currency: str, *, dated: bool = False) -> Tables:
    """A team of up to 6, with mentors among them, up to 25 deals and some calls.

    With `dated` most reps change once or twice, and some are away in between.
    """
    seed = draw(st.integers(0, 2**32))
    reps, deals, calls = draw(_sizes(3, 6)), draw(_sizes(10, 25)), draw(_sizes(3, 6))
    keys = [f"R{number}" for number in range(reps)]

    times = draw(st.sampled_from([*7 * [1], 10**6, 10**10]))  # the last one takes products beyond 64 bits

    def dice(key: str) -> _Dice:
        made = _Dice(f"{seed} {key}")
        made.times = times
        return made

    reps_table = table([{"id": key, **dice(key).rep(keys, currency)} for key in keys], _REP)
    if dated:
        rows = [row for key in keys for row in _versions(key, dice, keys, currency)]
        reps_table = table(rows, (*_REP, "valid_from", "valid_until"))
    return {
        "rep": reps_table,
        "deal": table(
            [{"id": key, **dice(key).deal(keys, currency)} for key in (f"D{number:02}" for number in range(deals))],
            _DEAL,
        ),
        "call": table(
            [{"id": key, **dice(key).call(keys)} for key in (f"C{number}" for number in range(calls if keys else 0))],
            _CALL,
        ),
    }
