"""One meaning, two evaluators: whole columns give the very lines that the yardstick gives one rep at a time."""

from hypothesis import given, note
from hypothesis import strategies as st

from meed.engine.periods import Period
from meed.engine.simulation import run

from ..evaluators import by_columns, by_statements, checked, facts_of
from .policies import CURRENCIES, policies
from .sales import sales


@given(st.data(), st.sampled_from(CURRENCIES))
def test_lines_awards_and_members_are_the_same(data: st.DataObject, currency: str) -> None:
    text = data.draw(policies(currency))
    note(text)
    policy = checked(text)
    facts = facts_of(policy, data.draw(sales(currency)))
    period = Period.parse("2026")
    assert by_columns(run(policy, facts, period)) == by_statements(policy, facts, period)
