"""What holds for every plan of the library and the cookbook, on the facts of their own tests.

A deal that is booked and refunded leaves nothing behind, wherever the refund stands in the period; both evaluators
pay the same; splits conserve credit; roll-up credits nobody twice for one deal.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.calendar.periods import Period, containing
from meed.engine.columns.columnar import Columns
from meed.engine.facts import Facts
from meed.engine.pay.simulation import run
from meed.engine.pay.statements import statements
from meed.engine.scalars.scalar import Evaluator
from meed.policies.bundle import library_folder, read_policy
from meed.policies.trial_facts import day_in, trial_facts

from ..evaluators import by_columns, by_statements

PAGE = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^```meed\n(.*?)^```", PAGE, re.M | re.S)

COUNTING = {
    "Achievement: own forecast, team pool, growth",
    "Competitive: accelerator, race, record",
    "Conservative: renewals, service, seniority, floor",
    "Rates",
    "Self-appreciation: mentor, master, large deals",
    "Terms",
}
"""Plans that also pay a piece for each deal, whatever its amount, or each deal by those before it: a row of its own that
takes the amount back is one more deal there. Such a deal is taken back in its own row (no longer won), and everything is computed again."""


def policies() -> Iterator[c.Policy]:
    for path in sorted(library_folder().glob("*.meed")):
        yield _made(read_policy(path).policy)
    for text in RECIPES:
        yield _made(check(text).policy)


def _made(policy: c.Policy | None) -> c.Policy:
    assert policy is not None
    return policy


PLANS = [policy for policy in policies() if policy.schemes]
CASES = [pytest.param(policy, test, id=f"{policy.name}: {test.title}") for policy in PLANS for test in policy.tests]


def years(policy: c.Policy, test: c.Test) -> list[Period]:
    """The years that a test touches."""
    days = [
        day_in(column, cell)
        for row in test.rows
        for name, cell in row.cells
        if row.kind != "rep" and cell is not None
        and (column := policy.kinds[row.kind].columns[name]).type.name in {"date", "moment"}
    ]  # fmt: skip
    return list(dict.fromkeys(containing("year", day) for day in sorted(days)))


def totals(policy: c.Policy, facts: Facts, periods: list[Period]) -> Counter[tuple[str, str, str]]:
    """What each component earned each rep in each period; both evaluators agree on every line of it."""
    made: Counter[tuple[str, str, str]] = Counter()
    for period in periods:
        one, other = by_statements(policy, facts, period), by_columns(run(policy, facts, period))
        assert one == other
        for line, amount in one.lines.items():
            made[line.rep, line.period, line.component] += amount
    return Counter({place: amount for place, amount in made.items() if amount})


def money_columns(policy: c.Policy, row: c.Given) -> list[str]:
    columns = policy.kinds[row.kind].columns
    return [name for name, cell in row.cells if columns[name].type.name == "money" and cell is not None]


def sold(policy: c.Policy, test: c.Test) -> list[c.Given]:
    """The rows of a test that credit money to somebody."""
    crediting = {
        source.kind for account in policy.accounts.values() if not account.implicit and account.type.name == "money"
        for source in account.sources
    }  # fmt: skip
    return [row for row in test.rows if row.kind in crediting and money_columns(policy, row)]


def refund(policy: c.Policy, row: c.Given, key: str) -> c.Given:
    """The same row with every amount taken back."""
    taken = money_columns(policy, row)
    cells = tuple((name, -cell if name in taken else cell) for name, cell in row.cells)  # pyright: ignore
    return replace(row, key=key, cells=cells)


def nets_to_zero(policy: c.Policy, test: c.Test, before: bool) -> bool:
    """Whether what is earned with each deal and its refund is what is earned without both."""
    periods = years(policy, test)
    for row in sold(policy, test):
        rest = tuple(other for other in test.rows if other is not row and row.key not in dict(other.cells).values())
        back = refund(policy, row, ("A" if before else "Z") + row.key)
        without = trial_facts(policy, replace(test, rows=rest)).facts
        both = trial_facts(policy, replace(test, rows=(*rest, row, back))).facts
        if totals(policy, both, periods) != totals(policy, without, periods):
            return False
    return True


@pytest.mark.parametrize(("policy", "test"), CASES)
def test_what_both_evaluators_pay_adds_up_to_the_same(policy: c.Policy, test: c.Test) -> None:
    facts = trial_facts(policy, test).facts
    for period in years(policy, test):
        made = run(policy, facts, period)
        assert made.total == sum(amount for one in statements(policy, facts, period) for _, amount in one.amounts)
        assert by_columns(made) == by_statements(policy, facts, period)


@pytest.mark.parametrize("before", [True, False], ids=["refund first", "refund last"])
@pytest.mark.parametrize("policy", PLANS, ids=lambda policy: policy.name)
def test_a_deal_and_its_refund_leave_nothing_behind(policy: c.Policy, before: bool) -> None:
    kept = all(nets_to_zero(policy, test, before) for test in policy.tests)
    assert kept == (policy.name not in COUNTING)


@pytest.mark.parametrize(("policy", "test"), CASES)
def test_the_parts_of_every_split_add_up_to_the_row(policy: c.Policy, test: c.Test) -> None:
    facts = trial_facts(policy, test).facts
    ev = Evaluator(policy, facts)
    for account in policy.accounts.values():
        for source in account.sources:
            for row in range(len(facts.table(source.kind))):
                posted = ev.posts(source, row)
                people = [found for found in ev.receivers(source, row) if found]
                plain = not any(receiver.above for receiver in source.receivers)
                if posted and plain and len(people) == len(source.receivers) > 0:
                    assert sum(value for _, _, value in posted) == ev.value(source.value, ev.row_env(source, row))


@pytest.mark.parametrize("policy", PLANS, ids=lambda policy: policy.name)
def test_roll_up_credits_nobody_twice_for_a_deal(policy: c.Policy) -> None:
    for test in policy.tests:
        ev = Columns(policy, trial_facts(policy, test).facts)
        for account in policy.accounts.values():
            if all(receiver.above for receiver in account.receivers) and account.receivers:
                ledger = ev.ledger(account.name)
                pairs = list(zip(ledger.rows.tolist(), ledger.recipients.tolist(), strict=True))
                assert len(set(pairs)) == len(pairs)
