"""A deal that is booked and then refunded nets to zero in the ledger, whenever each is heard of, for every plan."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.days import format_day, parse_day
from meed.engine.calendar.periods import containing
from meed.engine.facts import Facts
from meed.policies.bundle import library_folder, read_policy

from ..evaluators import checked, facts_of
from ..pay_books import PayBook
from .policies import CALENDARS

ROOT = Path(__file__).parents[2]
FILES = [*sorted(library_folder().glob("*.meed")), ROOT / "examples" / "field_sales" / "policy.meed"]
TYPES = ("competitive", "achievement", "self_appreciation", "conservative")
PLANS = [path for path in FILES if (policy := read_policy(path).policy) and policy.schemes]
FIRST = parse_day("2026-01-01")
TESTS = re.compile(r"^test \".*?^}\n", re.MULTILINE | re.DOTALL)  # they name months of the common calendar


def test_the_plans_that_ship_are_here() -> None:
    assert len(PLANS) >= 5


def value(kind: str, column: str, key: str, dice: Random) -> Any:
    """A cell of a row, by the name of its column."""
    number = int("".join(filter(str.isdigit, key)) or 0)
    match column:
        case "type":
            return TYPES[number % 4]
        case "team" | "region":
            return ("one", "two")[number // 4 % 2]
        case "owner" | "rep" | "mentor" | "manager":
            return f"R{dice.randrange(8)}"
        case "amount":
            return dice.choice(["400000", "350000.50", "90000", "1234.56", "20000"])
        case "quota":
            return dice.choice(["100000", "333333", "800000"])
        case "stage":
            return "won"
        case "kind":
            return dice.choice(["new", "renewal"]) if kind == "deal" else "visit"
        case "closed" | "at" | "answered" | "created":
            return format_day(FIRST + dice.randrange(180))
        case "hired":
            return "2020-03-01"
        case "left":
            return None
        case "on_duty":
            return "yes"
        case _:
            return dice.choice([0, 1, 2, 12])


def tables_of(policy: c.Policy, seed: int) -> dict[str, dict[str, list[Any]]]:
    """Rows of every kind that the policy reads."""
    made: dict[str, dict[str, list[Any]]] = {}
    for kind in {"rep", "deal", *policy.reads} - {"lead"}:  # who got a lead is not paid here
        columns = sorted({*policy.reads.get(kind, ())} - {"id"})
        keys = [f"{kind[0].upper()}{number}" for number in range(8 if kind == "rep" else 16)]
        cells = {name: [value(kind, name, key, Random(f"{seed}{key}{name}")) for key in keys] for name in columns}
        made[kind] = {"id": keys, **cells}
    return made


def facts_at(policy: c.Policy, tables: dict[str, dict[str, list[Any]]], deal: int, state: str) -> Facts:
    """The facts while a deal is not there (`none`), booked, or refunded in one of three ways."""
    deals = {name: [*column] for name, column in tables["deal"].items()}
    match state:
        case "none" | "gone":
            deals = {name: column[:deal] + column[deal + 1 :] for name, column in deals.items()}
        case "lost":
            deals["stage"][deal] = "lost"
        case "credited":
            deals["amount"][deal] = "0"
        case _:
            pass
    return facts_of(policy, {**tables, "deal": deals})


@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parent.name}-{path.stem}")
@settings(max_examples=8)
@given(data=st.data())
def test_booked_and_refunded_nets_to_zero_across_closes(path: Path, data: st.DataObject) -> None:
    found = read_policy(path).policy
    assert found is not None
    calendar = data.draw(st.sampled_from(CALENDARS))
    policy = checked(TESTS.sub("", found.source.text).replace("currency:", f"{calendar}  currency:", 1))
    tables = tables_of(policy, data.draw(st.integers(0, 2**32)))
    deal = data.draw(st.integers(0, 15))
    way = data.draw(st.sampled_from(["gone", "lost", "credited"]))
    kind, closes = data.draw(st.sampled_from([("month", 7), ("quarter", 3)]))
    booked = data.draw(st.integers(0, closes - 1))
    refunded = data.draw(st.integers(booked, closes - 1))
    first = containing(kind, FIRST, policy.calendar)
    book, without = (PayBook(policy.currency, first, "carry") for _ in range(2))
    for close in range(closes):
        state = "none" if close < booked else "booked" if close < refunded else way
        book.close(policy, facts_at(policy, tables, deal, state))
        without.close(policy, facts_at(policy, tables, deal, "none"))
        book.pay(book.standing.open.first)
    key = f"D{deal}"
    assert sum(record.amount for record in book.earned() if (record.kind, record.key) == ("deal", key)) == 0
    if way == "gone":
        assert book.sums() == without.sums()
    book.must_be_sound()
