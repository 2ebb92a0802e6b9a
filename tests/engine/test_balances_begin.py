"""A period that ends before balances begin leaves nothing open, and its explanation says so."""

from fractions import Fraction
from typing import Any

import pytest

from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.pay.simulation import run

from ..evaluators import by_columns, by_statements, checked, facts_of
from ..recomputed import Disagreement, recomputed

TEXT = """policy "Draw" {{ version: "1"  currency: USD }}
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme ramp for every rep per month {{
  balance: runs_on  leaver: owes
  pay commission = 500 USD + 10% * bookings  {clause}
}}
"""


@pytest.mark.parametrize(
    ("clause", "paid", "told"),
    [
        ("at least 800 carry 100%", 800_00, "topped up before balances begin, and not owed = 300.00 USD"),
        ("at most 400 carry 100%", 400_00, "cut off before balances begin, and not carried on = 100.00 USD"),
    ],
)
def test_before_a_balance_begins_nothing_is_said_to_be_carried_on(clause: str, paid: int, told: str) -> None:
    policy = checked(TEXT.format(clause=clause))
    deal = {"id": ["D1"], "owner": ["Ada"], "amount": ["1000"], "stage": ["won"], "closed": ["2026-03-10"]}
    facts = facts_of(policy, {"rep": {"id": ["Ada"]}, "deal": deal})
    quarter = Period.parse("2026-Q1")
    outcome = by_columns(run(policy, facts, quarter))
    assert outcome == by_statements(policy, facts, quarter)
    assert all(period == "2026-03" for _, period, *_ in outcome.balances)
    explainer = Explainer(policy, facts)
    for month in ("2026-01", "2026-02"):
        january = explainer.component("Ada", month, "ramp", "commission")
        text = "\n".join(january.lines())
        assert told in text
        assert "afterwards" not in text
        assert "to the next period" not in text
        assert recomputed(january.as_json()["because"]) == Fraction(paid)
    march = "\n".join(explainer.component("Ada", "2026-03", "ramp", "commission").lines())
    assert "owed afterwards" in march or "carried on to the next period" in march


def test_a_top_up_that_is_said_to_be_owed_by_another_amount_does_not_come_out() -> None:
    policy = checked(TEXT.format(clause="at least 800 carry 100%"))
    facts = facts_of(
        policy, {"rep": {"id": ["Ada"]}, "deal": {name: [] for name in ("id", "owner", "amount", "stage", "closed")}}
    )
    because: list[dict[str, Any]] = (
        Explainer(policy, facts).component("Ada", "2026-01", "ramp", "commission").as_json()["because"]
    )
    (step,) = [one for one in because if one["op"] == "floor_carried"]
    (part,) = [one for one in step["parts"] if one["op"] == "not_owed"]
    part["exact"] = "1"
    with pytest.raises(Disagreement):
        recomputed(because)
