"""Time: how a history is cut into rows changes nothing, and what is cut by time adds up again."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.engine.pay.simulation import run

from ..evaluators import Table, checked, facts_of, year_of
from .policies import CURRENCIES, policies
from .sales import Tables, sales

FIRST = date(2026, 1, 1)


def cut_again(table: Table, dice: Random) -> dict[str, list[Any]]:
    """The same history in more rows, in any order: some versions go on under the same attributes."""
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    made: list[dict[str, Any]] = []
    for row in rows:
        ends = [
            other["valid_from"]
            for other in rows
            if other["id"] == row["id"] and (other["valid_from"] or "") > (row["valid_from"] or "")
        ]
        last = row["valid_until"] or min(ends, default="2027-01-01")
        day = (FIRST + timedelta(days=dice.randrange(-60, 300))).isoformat()
        if (row["valid_from"] or "") < day < last and dice.random() < 0.8:
            before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
            made.append(row | {"valid_until": dice.choice([None, before])})
            made.append(row | {"valid_from": day})
        else:
            made.append(row)
    dice.shuffle(made)
    return {name: [row[name] for row in made] for name in table}


@settings(max_examples=40)
@given(st.data(), st.sampled_from(CURRENCIES), st.randoms(use_true_random=False))
def test_how_a_history_is_cut_into_rows_changes_nothing(data: st.DataObject, currency: str, dice: Random) -> None:
    tables = data.draw(sales(currency, dated=True))
    text = data.draw(policies(currency))
    note(text)
    policy = checked(text)
    one, other = facts_of(policy, tables), facts_of(policy, {**tables, "rep": cut_again(tables["rep"], dice)})
    assert one.hash == other.hash
    made, again = run(policy, one, year_of(policy)), run(policy, other, year_of(policy))
    assert made.lines_frame().to_csv() == again.lines_frame().to_csv()
    assert made.remarks == again.remarks


FLAT = """facts standard
facts deal { owner: rep?  closed: date? }
credit sold to deal.owner on deal.closed = deal.amount * 200
scheme all for every rep per PER {
  pay commission = 5% of sold
  pay base = 73_000 CNY times part_by_days(period.start, period.end)
}
"""


def by_rep(text: str, tables: Tables) -> Counter[tuple[str, str]]:
    """What each component pays each rep in 2026."""
    policy = checked(text)
    lines = run(policy, facts_of(policy, tables), year_of(policy)).lines_frame()
    made: Counter[tuple[str, str]] = Counter()
    for rep, component, amount in zip(lines["rep"], lines["component"], lines["amount"], strict=True):
        made[rep, component] += amount
    return Counter({place: amount for place, amount in made.items() if amount})


@settings(max_examples=40)
@given(sales("CNY"), st.sampled_from(["month", "year"]), st.integers(1, 364))
def test_two_versions_of_a_flat_plan_pay_what_one_pays(tables: Tables, per: str, days: int) -> None:
    """Cut at any day; for reps who were there all the time, for a version pays those who were employed on its days."""
    rep = {name: tables["rep"][name] for name in ("id", "hired")}
    rep["hired"] = ["2020-01-01"] * len(rep["id"])
    deal = {name: tables["deal"][name] for name in ("id", "owner", "amount", "closed")}
    cut = FIRST + timedelta(days=days)
    before = cut - timedelta(days=1)
    flat = FLAT.replace("PER", per)

    def paid(force: str) -> Counter[tuple[str, str]]:
        return by_rep(f'policy "Flat" {{ currency: CNY{force} }}\n{flat}', {"rep": rep, "deal": deal})

    first, second = paid(f"  effective: 2025-01-01 .. {before}"), paid(f"  effective: {cut} ..")
    whole = paid("")
    if per == "year":  # 73,000 a year are 200 a day: nothing is rounded
        assert {place: first[place] + second[place] for place in {*first, *second}} == dict(whole)
    else:
        sold = {place for place in {*first, *second, *whole} if place[1] == "commission"}
        assert all(first[place] + second[place] == whole[place] for place in sold)


@settings(max_examples=40)
@given(sales("CNY", dated=True), st.sampled_from(["month", "quarter", "year"]))
def test_schemes_that_divide_the_reps_pay_each_day_once(tables: Tables, per: str) -> None:
    """With `changes: split` two schemes of opposite groups pay what one scheme of everybody pays, at one rate."""
    for name in ("hired", "left"):
        tables["rep"][name] = ["2020-01-01" if name == "hired" else None] * len(tables["rep"]["id"])
    columns = ("id", "hired", "left", "region", "valid_from", "valid_until")
    rep = {name: tables["rep"][name] for name in columns}
    deal = {name: tables["deal"][name] for name in ("id", "owner", "amount", "closed")}
    head = 'policy "Divided" { currency: CNY }\n' + FLAT.partition("scheme")[0]
    groups = ('every rep where rep.region is "east"', 'every rep where rep.region is not "east"', "every rep")
    one, other, all_ = (
        by_rep(
            f"{head}scheme s for {group} per {per} {{ changes: split  pay c = 5% of sold }}", {"rep": rep, "deal": deal}
        )
        for group in groups
    )
    assert {place: one[place] + other[place] for place in {*one, *other} if one[place] + other[place]} == dict(all_)
    assert sum(all_.values(), Decimal(0)) == sum(one.values(), Decimal(0)) + sum(other.values(), Decimal(0))
