"""Comparisons of any two policies: differences add up, a policy differs from itself in nothing, every move has a reason."""

from unittest.mock import patch

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.engine.calendar.periods import Period
from meed.engine.fair_pay.marginal_pay import MarginalRefused, marginal_pay
from meed.engine.pay.simulation import run
from meed.engine.what_if.comparison import compare
from meed.policies.policy_changes import policy_changes
from meed.policies.reasons import Reasons
from meed.policies.stops import stops

from ..evaluators import by_statements, checked, facts_of
from .policies import CURRENCIES, policies
from .sales import sales

YEAR = Period.parse("2026")


@settings(max_examples=40)
@given(st.data(), st.sampled_from(CURRENCIES))
def test_differences_add_up_and_each_has_a_reason(data: st.DataObject, currency: str) -> None:
    tables = data.draw(sales(currency))
    texts = [data.draw(policies(currency, "")) for _ in range(2)]
    note("\n\n".join(texts))
    runs = [run(policy, facts_of(policy, tables), YEAR) for policy in map(checked, texts)]
    made = compare(runs[0], runs[1])
    assert sum(rep.gain for rep in made.reps) == made.gain == runs[1].total - runs[0].total
    assert sum(part.gain for part in made.components) == made.gain
    assert all(sum(cell.gain for cell in part.cells) == part.gain for part in made.components)
    # Amounts are those of the scalar evaluator, which knows nothing of comparisons.
    totals = [sum(by_statements(one.policy, one.facts, YEAR).lines.values()) for one in runs]
    assert made.gain == totals[1] - totals[0]
    reasons = Reasons(made)
    for part in made.components:
        assert all(reasons.of_cell(cell).says for cell in part.cells[:3])
    back = compare(runs[1], runs[0])
    assert {rep.rep: -rep.gain for rep in back.reps} == {rep.rep: rep.gain for rep in made.reps}


@settings(max_examples=60)
@given(st.data(), st.sampled_from(CURRENCIES))
def test_policies_that_say_something_otherwise_are_those_of_another_hash(data: st.DataObject, currency: str) -> None:
    one, other = (checked(data.draw(policies(currency, ""))) for _ in range(2))
    assert (policy_changes(one, other) == []) == (one.hash == other.hash)
    assert policy_changes(one, checked(one.source.text.replace("\n", "\n# said\n"))) == []
    assert all(change.line() for change in policy_changes(one, other))


@settings(max_examples=40)
@given(st.data(), st.sampled_from(CURRENCIES))
def test_a_policy_against_itself_moves_nobody(data: st.DataObject, currency: str) -> None:
    policy = checked(data.draw(policies(currency, "")))
    outcome = run(policy, facts_of(policy, data.draw(sales(currency))), YEAR)
    made = compare(outcome, outcome)
    assert made.gainers() == made.losers() == []
    assert not any(part.cells for part in made.components)


@settings(max_examples=25)
@given(st.data(), st.sampled_from(CURRENCIES))
def test_reps_who_get_one_more_deal_together_are_paid_what_they_would_be_alone(
    data: st.DataObject, currency: str
) -> None:
    """Whatever the policy reads: where it is said that nobody acts on another's pay, nobody does."""
    text = data.draw(policies(currency, ""))
    note(text)
    policy = checked(text)
    facts = facts_of(policy, data.draw(sales(currency)))
    outcome = run(policy, facts, YEAR)
    account = next((a.name for a in policy.accounts.values() if a.kind == "deal" and a.type.name == "money"), "")
    try:
        made = marginal_pay(policy, facts, outcome, YEAR, 1000, account)
    except MarginalRefused:
        return
    assert sorted([*(rep.rep for rep in made.reps), *made.outside]) == list(facts.table("rep").keys)
    for rep in made.nothing()[:2]:
        assert stops(made.after[rep.rep], rep.rep, made.day)
    if made.one_run:
        with patch("meed.engine.fair_pay.marginal_pay.interactions", return_value=["one by one"]):
            alone = marginal_pay(policy, facts, outcome, YEAR, 1000, account)
        assert alone.reps == made.reps
