"""Explanations where several credits post to one account: each row with its kind, each credit of a row in its turn."""

from typing import Any

from meed.engine.derivations.explanation import explain_component, explain_line
from meed.engine.facts import Facts
from meed.engine.pay.line_table import line_id

from ..evaluators import checked, facts_of

HEAD = """policy "Stages" { version: "1"  currency: EUR }
facts standard
facts deal { signed: date?  live: date? }
facts service { id: key  rep: rep  day: date  fee: money }
credit booked to deal.owner on deal.signed = 30% of deal.amount when deal.signed is known
credit booked to deal.owner on deal.live = 70% of deal.amount when deal.live is known
credit booked to service.rep on service.day = service.fee
"""
IN_ORDER = checked(
    HEAD + "scheme all for every rep per quarter { pay part = marginal booked { from 0: 5%  from 1_000: 10% } }"
)
IN_PROPORTION = checked(
    HEAD + "scheme all for every rep per quarter { pay part = retroactive booked { from 0: 5%  from 1_000: 10% } }"
)


def facts(policy: Any) -> Facts:
    return facts_of(
        policy,
        {
            "rep": {"id": ["A"]},
            "deal": {
                "id": ["D1", "D2"], "owner": ["A", "A"], "amount": ["1000", "1000"],
                "signed": ["2026-01-05", "2026-01-20"], "live": ["2026-02-05", None],
            },
            "service": {"id": ["D1"], "rep": ["A"], "day": ["2026-01-10"], "fee": ["100"]},
        },
    )  # fmt: skip


def amounts(step: dict[str, Any], op: str) -> list[str]:
    found = [step["value"]] if step.get("op") == op else []
    return found + [value for part in step.get("parts", []) for value in amounts(part, op)]


def test_a_row_that_is_credited_twice_has_one_line_that_tells_both() -> None:
    made = explain_line(IN_ORDER, facts(IN_ORDER), "A", "2026-Q1", "all", "part", "D1")
    first = made.steps[0]
    assert first["op"] == "line_of_credits"
    # 300 at 5% = 15; then 700 on top of 300 + 100 + 300: 300 at 5% and 400 at 10% = 55
    assert amounts(first, "line_in_order") == ["15.00 EUR", "55.00 EUR"]
    assert made.amount == 70_00


def test_the_parts_of_a_row_in_proportion_add_up_to_its_line() -> None:
    made = explain_line(IN_PROPORTION, facts(IN_PROPORTION), "A", "2026-Q1", "all", "part", "D1")
    # 10% of 1,400 is 140: 30 and 70 of it are the deal's
    assert amounts(made.steps[0], "line_in_proportion") == ["30.00 EUR", "70.00 EUR"]
    assert made.amount == 100_00


def test_rows_of_two_kinds_with_one_key_have_lines_of_their_own() -> None:
    paid = {"deal": 70_00, "service": 5_00}
    for kind, due in paid.items():
        name = line_id("A", "2026-Q1", "all", "part", kind, "D1")
        made = explain_line(IN_ORDER, facts(IN_ORDER), "A", "2026-Q1", "all", "part", "D1", name)
        assert made.amount == due
        assert f", {kind} D1" in made.title


def test_credits_of_every_kind_are_named_with_their_kind() -> None:
    made = "\n".join(explain_component(IN_ORDER, facts(IN_ORDER), "A", "2026-Q1", "all", "part").lines())
    assert "credit from deal D1 on 2026-01-05 = 300.00 EUR" in made
    assert "credit from deal D1 on 2026-02-05 = 700.00 EUR" in made
    assert "credit from service D1 on 2026-01-10 = 100.00 EUR" in made
    assert "credit from deal D2 on 2026-01-20 = 300.00 EUR" in made
