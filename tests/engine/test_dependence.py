"""What a condition depends on decides how long its outcome may be remembered."""

import pytest

from meed.dsl import checked as c
from meed.engine.dependence import Dependences
from meed.engine.wording.phrases import say

from ..evaluators import checked

HEAD = """policy "Reads" { version: "1"  currency: EUR }
facts standard
let received of rep = count of lead where lead.owner is rep
let of_source of lead = lead.score + 1
let age of rep = days(rep.hired, today)
let most of rep = (highest of received within rep.role) else 0
"""


def condition(text: str) -> tuple[Dependences, c.Expr]:
    policy = checked(f'{HEAD}assign lead {{ otherwise to any rep where {text} by round_robin  if nobody hold "desk" }}')
    where = policy.assigns[0].otherwise.tiers[0].where
    assert where is not None
    return Dependences(policy), where


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rep.on_duty", []),
        ("tenure >= 24 months", []),
        ("rep.region is lead.region", ["lead.region"]),
        ("lead.industry in rep.skills", ["lead.industry"]),
        ("not (rep.region is lead.region)", ["lead.region"]),
        ("lead.score > 5", ["lead.score"]),
        ("of_source < rep.capacity", ["of_source of lead over this period"]),
        ("(lead.score > 5 or rep.on_duty)", ["lead.score"]),
        ("(rep.on_duty or rep.hired <= today)", []),
        ("(rep.on_duty or lead.score > 5)", None),
        ("received + lead.score < rep.capacity", ["lead.score"]),
    ],
)
def test_the_lead_counts_only_through_the_parts_that_read_it(text: str, parts: list[str] | None) -> None:
    dependences, node = condition(text)
    found = dependences.parts_without(node, "rep")
    assert parts == (None if found is None else [say(part) for part in found])


def test_what_may_differ_at_every_decision_is_told_apart() -> None:
    def of(text: str) -> tuple[bool, bool, list[tuple[str, list[str]]]]:
        dependences, node = condition(text)
        found = dependences.of(node)
        read = [(name.split(" ")[0], [window.kind for window in windows]) for name, windows in found.credits]
        return found.day, found.fleeting, read

    assert of("rep.on_duty") == (False, False, [])
    assert of("tenure >= 24 months") == of("age > 30 days") == (True, False, [])
    assert of("(age over last 3 days) > 30 days")[1]
    assert of("received < most")[1]
    day, fleeting, ((_, windows),) = of("(received over last 30 days) < 3")
    assert (day, fleeting, windows) == (False, False, ["last", "scope"])
