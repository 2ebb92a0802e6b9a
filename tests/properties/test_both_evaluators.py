"""One meaning, two evaluators: whole columns give the very lines that the yardstick gives one rep at a time."""

from collections.abc import Callable
from unittest.mock import patch

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period, containing
from meed.engine.facts import Facts
from meed.engine.pay.simulation import run
from meed.engine.pay.statements import statements

from ..evaluators import by_columns, by_statements, checked, facts_of, values_by_both, year_of
from .policies import CURRENCIES, policies, values
from .sales import sales

PERIODS = [Period.parse(text) for text in ("2025-Q4", "2026-01", "2026-02", "2026-Q1", "2026-W14", "2026-06", "2026")]
currencies = st.sampled_from(CURRENCIES)


def drawn(data: st.DataObject, currency: str, texts: Callable[[str], st.SearchStrategy[str]]) -> tuple[c.Policy, Facts]:
    """Facts, then a policy: what is drawn first is drawn widest."""
    tables = data.draw(sales(currency, dated=data.draw(st.booleans())))
    text = data.draw(texts(currency))
    note(text)
    policy = checked(text)
    return policy, facts_of(policy, tables)


@settings(max_examples=60)
@given(st.data(), currencies)
def test_lines_awards_and_members_are_the_same(data: st.DataObject, currency: str) -> None:
    policy, facts = drawn(data, currency, policies)
    assert by_columns(run(policy, facts, year_of(policy))) == by_statements(policy, facts, year_of(policy))


@settings(max_examples=60)
@given(st.data(), currencies)
def test_values_are_the_same_before_any_rounding(data: st.DataObject, currency: str) -> None:
    policy, facts = drawn(data, currency, values)
    for name in policy.lets:
        if policy.lets[name].params == ("rep",):
            periods = [containing(period.kind, period.start, policy.calendar) for period in PERIODS]
            single, columns = values_by_both(policy, facts, name, periods)
            assert columns == single, name


@settings(max_examples=40)
@given(st.data(), currencies)
def test_whoever_cannot_be_paid_for_something_missing_is_named(data: st.DataObject, currency: str) -> None:
    policy, facts = drawn(data, currency, policies)
    missing: dict[tuple[str, str], set[str]] = {}
    for made in statements(policy, facts, year_of(policy)):
        for component in made.unpaid:
            missing.setdefault((made.scheme.name, component), set()).add(facts.table("rep").keys[made.rep])
    remarks = [remark for remark in run(policy, facts, year_of(policy)).remarks if "cannot be worked out for" in remark]
    for (scheme, component), reps in missing.items():
        start = f"`{component}` of scheme `{scheme}` cannot be worked out for {', '.join(sorted(reps)[:5])}"
        assert sum(remark.startswith(start) for remark in remarks) == 1, start
    assert len(remarks) == len(missing)


@settings(max_examples=30)
@given(st.data(), currencies)
def test_lines_are_the_same_however_many_rows_are_worked_out_at_a_time(data: st.DataObject, currency: str) -> None:
    policy, facts = drawn(data, currency, policies)
    expected = by_columns(run(policy, facts, year_of(policy)))
    with patch("meed.engine.columns.followed_rows._STRETCH", 1):
        assert by_columns(run(policy, facts, year_of(policy))) == expected


def test_a_deal_that_changes_is_credited_as_it_is_on_its_day() -> None:
    policy = checked(
        'policy "P" { currency: USD }\nfacts standard\n'
        "credit bookings to deal.owner on deal.closed = deal.amount\n"
        "scheme sales for every rep per month { pay commission = 10% of bookings }"
    )
    rows = [("D1", "a", 100, "2026-02-10", None, "2026-02-28"), ("D1", "b", 900, "2026-02-10", "2026-03-01", None)]
    names = ("id", "owner", "amount", "closed", "valid_from", "valid_until")
    deals = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    facts = facts_of(policy, {"rep": {"id": ["a", "b"]}, "deal": deals})
    outcome = by_columns(run(policy, facts, year_of(policy)))
    assert [(line.rep, amount) for line, amount in outcome.lines.items()] == [("a", 10_00)]
    assert outcome == by_statements(policy, facts, year_of(policy))
