"""An explanation is enough: each line and component is worked out again from its JSON, by a reader that knows only that.

`recomputed` imports nothing of meed. What it finds must be what is paid, at every step on the way.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.derivations.explanation import Explainer, Explanation
from meed.engine.facts import Facts
from meed.engine.pay.statement import Statement
from meed.engine.pay.statements import statements

from ..evaluators import checked, facts_of, year_of
from ..recomputed import Disagreement, operations, recomputed
from .policies import CURRENCIES, policies
from .sales import sales

currencies = st.sampled_from(CURRENCIES)


def explained(explainer: Explainer, made: Statement) -> Iterator[tuple[Explanation, int]]:
    """Every component and line of a statement, with what it pays."""
    place = explainer.ev.world.key("rep", made.rep), str(made.period), made.scheme.name
    for component, amount in made.amounts:
        yield explainer.component(*place, component), amount
    for line in made.lines:
        yield explainer.line(*place, line.component, explainer.key_of(line)), line.amount


def because(explanation: Explanation) -> Any:
    """As another program reads it."""
    return json.loads(json.dumps(explanation.as_json()))["because"]


def must_come_out(policy: c.Policy, facts: Facts, most: int, dice: Random) -> None:
    explainer = Explainer(policy, facts)
    for made in statements(policy, facts, year_of(policy)):
        found = list(explained(explainer, made))
        for explanation, amount in dice.sample(found, min(most, len(found))):
            assert explanation.amount == amount
            told = because(explanation)
            for op in operations(told):
                event(op)
            try:
                assert recomputed(told) == amount
            except Disagreement:
                note("\n".join(explanation.lines()))
                raise


@settings(max_examples=60)
@given(st.data(), currencies, st.integers(0, 2**32))
def test_every_line_is_worked_out_again_from_its_explanation(data: st.DataObject, currency: str, seed: int) -> None:
    tables = data.draw(sales(currency, dated=data.draw(st.booleans())))
    text = data.draw(policies(currency))
    note(text)
    policy = checked(text)
    must_come_out(policy, facts_of(policy, tables), 3, Random(seed))


@settings(max_examples=25)
@given(st.data(), st.integers(0, 2**32))
def test_an_explanation_that_was_tampered_with_does_not_come_out(data: st.DataObject, seed: int) -> None:
    tables = data.draw(sales("CNY"))
    policy = checked(data.draw(policies("CNY")))
    facts = facts_of(policy, tables)
    explainer, dice = Explainer(policy, facts), Random(seed)
    for made in statements(policy, facts, year_of(policy)):
        for explanation, _ in explained(explainer, made):
            told = because(explanation)
            amounts = [step for step in told if step["op"] != "unpaid" and step["exact"] is not None]
            for step in dice.sample(amounts, min(1, len(amounts))):
                step["exact"] = str(Fraction(step["exact"]) + 1)
                with pytest.raises(Disagreement):
                    recomputed(told)
