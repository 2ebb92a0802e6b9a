"""Small random teams and what they sold: equal dates, refunds, bounds hit exactly, missing owners, joiners, leavers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from meed.engine.money import minor_digits, plain_amount

__all__ = ["BOUNDS", "Tables", "amounts", "days", "reps", "sales", "table"]

Tables = dict[str, dict[str, list[Any]]]
BOUNDS = (0, 50, 100, 250, 500, 1000)
"""Bounds of tables and quotas in whole units; amounts are often these very numbers or differences of two."""

_FIRST = date(2025, 10, 1)
_OFTEN = ("2026-01-31", "2026-02-01", "2026-02-14", "2026-03-31", "2026-04-01", "2026-05-15", "2026-06-30")


def days() -> st.SearchStrategy[str]:
    """Days of three quarters, the same few ones often."""
    every = st.integers(0, 300).map(lambda ahead: (_FIRST + timedelta(days=ahead)).isoformat())
    return st.one_of(st.sampled_from(_OFTEN), st.sampled_from(_OFTEN), st.sampled_from(_OFTEN), every)


def amounts(currency: str, least: int = -500) -> st.SearchStrategy[str]:
    """Amounts as text, in the decimals that the currency has."""
    unit = 10 ** minor_digits(currency)
    whole = st.sampled_from([bound for bound in (-250, -100, -50, *BOUNDS, 150, 400) if bound >= least])
    odd = st.integers(least * unit, 1500 * unit)
    return st.one_of(whole.map(lambda units: units * unit), odd).map(lambda minor: plain_amount(minor, currency))


def sizes(usual: int, most: int) -> st.SearchStrategy[int]:
    """How many: mostly from `usual` on, now and then fewer, or none."""
    return st.sampled_from([*range(usual + 1), *3 * [*range(usual, most + 1)]])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values, or now and then none."""
    return st.one_of(values, values, values, values, values, st.none())


def table(rows: list[Mapping[str, Any]], columns: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows as a table by column; it has its columns without rows, too."""
    return {name: [row[name] for row in rows] for name in columns}


_REP = (
    "id", "team", "region", "type", "mentor", "manager", "hired", "left", "quota", "bonus", "grade", "level", "goal",
    "weight", "skills", "on_duty",
)  # fmt: skip
_DEAL = ("id", "owner", "second", "amount", "collected", "closed", "stage", "kind", "units", "margin")
_CALL = ("id", "rep", "at", "minutes")


@st.composite
def reps(draw: st.DrawFn, currency: str, most: int = 6) -> dict[str, list[Any]]:
    """A team of up to `most`, with mentors among them and quotas of zero."""
    keys = [f"R{number}" for number in range(draw(sizes(2, most)))]
    somebody = maybe(st.sampled_from(keys)) if keys else st.none()
    rate = st.sampled_from(["0%", "2.5%", "33.33%", "100%", "150%"])
    row = st.fixed_dictionaries(
        {
            "team": st.sampled_from(["one", "two"]),
            "region": st.sampled_from(["east", "west", "北"]),
            "type": st.sampled_from(["competitive", "成就型", "conservative"]),
            "mentor": somebody,
            "manager": somebody,
            "hired": st.one_of(st.just("2024-05-31"), st.just("2025-08-15"), days()),
            "left": st.one_of(st.none(), st.none(), st.none(), days()),
            "quota": st.one_of(st.sampled_from(["0", "-100", "100", "333", "500"]), amounts(currency, 0)),
            "bonus": maybe(amounts(currency)),
            "grade": maybe(st.sampled_from(["a", "b", ""])),
            "level": rate,
            "goal": st.integers(0, 5),
            "weight": st.sampled_from(["0", "1", "1", "2.5", "0.333"]),
            "skills": st.sampled_from(["", "calls", "calls; demos"]),
            "on_duty": st.sampled_from(["yes", "no"]),
        }
    )
    return table([{"id": key, **draw(row)} for key in keys], _REP)


@st.composite
def sales(draw: st.DrawFn, currency: str, most: int = 25) -> Tables:
    """A team, its deals and its calls."""
    team = draw(reps(currency))
    somebody = maybe(st.sampled_from(team["id"])) if team["id"] else st.none()
    deal = st.fixed_dictionaries(
        {
            "owner": somebody,
            "second": somebody,
            "amount": amounts(currency),
            "collected": amounts(currency),
            "closed": st.one_of(days(), days(), days(), days(), maybe(days())),
            "stage": st.sampled_from(["won", "won", "won", "won", "won", "open", "lost"]),
            "kind": maybe(st.sampled_from(["new", "renewal"])),
            "units": st.integers(0, 5),
            "margin": maybe(st.sampled_from(["0%", "12.5%", "33.3%"])),
        }
    )
    call = st.fixed_dictionaries(
        {
            "rep": somebody.filter(bool) if team["id"] else st.nothing(),
            "at": st.tuples(days(), st.sampled_from(["00:00", "09:30", "23:59"])).map(" ".join),
            "minutes": st.integers(0, 60),
        }
    )
    deals = [draw(deal) for _ in range(draw(sizes(8, most)))]
    calls = draw(st.lists(call, max_size=6)) if team["id"] else []
    return {
        "rep": team,
        "deal": table([{"id": f"D{number:02}", **row} for number, row in enumerate(deals)], _DEAL),
        "call": table([{"id": f"C{number:02}", **row} for number, row in enumerate(calls)], _CALL),
    }
