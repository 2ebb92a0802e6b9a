"""Why not, in words that name what was read, what it was, and what it should have been."""

import pytest

from meed.dsl import checked as c
from meed.engine.assigning.assignment import Assigner, DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Arrive, Floor

from ..evaluators import checked, facts_of

KEYS = DrawKeys(b"a seed for nothing but tests")
MONDAY = 1_772_409_600 + 7 * 3_600  # 2026-03-02
HEAD = """policy "Words" { version: "1"  currency: CNY }
facts standard
facts rep { left: date?  mentor: rep?  rate: rate?  free: flag? }
facts lead { tags: set of text  previous: rep?  price: money in JPY }
let received of rep = count of lead where lead.owner is rep
"""
REP = {
    "id": "R1", "on_duty": "no", "region": "East", "skills": "food;retail", "capacity": "0", "hired": "2025-04-01",
    "left": "2026-02-28", "mentor": "R1", "rate": "", "languages": "", "role": "field", "free": "",
}  # fmt: skip
LEAD = {
    "id": "L1", "created": "2026-03-02 09:00", "region": "North", "value": "11400", "industry": "steel", "score": "42",
    "language": "en", "account_owner": "", "tags": "vip", "previous": "R1", "price": "500",
}  # fmt: skip


def opened(policy: c.Policy) -> Facts:
    raw = {
        kind: RawTable(kind, {name: [cell] for name, cell in row.items()})
        for kind, row in (("rep", REP), ("lead", LEAD))
    }
    return open_facts(policy, raw, "assign", strict=True)[0]


def reason(condition: str) -> str:
    """Why the one rep does not get the one lead."""
    policy = checked(
        f'{HEAD}assign lead {{ otherwise to any rep where {condition} by round_robin  if nobody hold "desk" }}'
    )
    decision = Assigner(policy, policy.assigns[0], opened(policy), KEYS).decide(0, 1_772_442_000, 1)
    (candidate,) = decision.tried[0].candidates
    assert decision.rep is None
    assert decision.why_not("R1") == candidate.reason
    return candidate.reason


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("lead.value >= 300_000", "lead.value is 11,400.00 CNY, below 300,000.00 CNY"),
        ("lead.value > 300_000", "lead.value is 11,400.00 CNY, not above 300,000.00 CNY"),
        ("lead.value <= 9_000.50", "lead.value is 11,400.00 CNY, above 9,000.50 CNY"),
        ("lead.value < 11_400", "lead.value is 11,400.00 CNY, not below 11,400.00 CNY"),
        ("300_000 <= lead.value", "lead.value is 11,400.00 CNY, below 300,000.00 CNY"),
        ("lead.price >= 600 JPY", "lead.price is 500 JPY, below 600 JPY"),
        ("lead.score > 50", "lead.score is 42, not above 50"),
        ("received < rep.capacity", "received of rep so far is 0, not below rep.capacity (0)"),
        ("(received over last 30 days) >= 1", "received of rep over the last 30 days is 0, below 1"),
        ("tenure >= 24 months", "tenure of rep is 11 months, below 24 months"),
        ("rep.hired > today", "rep.hired is 2025-04-01, not after today (2026-03-02)"),
        ("rep.hired >= 2026-01-01", "rep.hired is 2025-04-01, before 2026-01-01"),
        ("(rep.left is missing or rep.left >= today)", "rep.left is 2026-02-28, before today (2026-03-02)"),
        ("rep.left is missing", "rep.left is 2026-02-28, not missing"),
        ("rep.rate is known and rep.rate > 5%", "rep.rate is missing"),
        ("(rep.rate else 2%) > 5%", "rep.rate else 2% is 2%, not above 5%"),
        ("lead.account_owner is known", "lead.account_owner is missing"),
        ("rep.on_duty", "rep.on_duty is no"),
        ("not rep.region is \"East\"", 'rep.region is "East"'),
        ("rep.region is lead.region", 'rep.region is "East", not lead.region ("North")'),
        ('lead.language is "zh"', 'lead.language is "en", not "zh"'),
        ('lead.language is not "en"', 'lead.language is "en"'),
        ("lead.previous is known and lead.previous is not rep", "lead.previous is R1, and so is rep"),
        ("not (lead.previous is known and lead.previous is rep)", "lead.previous is R1, and so is rep"),
        ("lead.industry in rep.skills", 'lead.industry is "steel", not one of rep.skills ("food", "retail")'),
        ("lead.industry in rep.languages", 'lead.industry is "steel", not one of rep.languages (none)'),
        ('lead.region in ("East", "West")', 'lead.region is "North", not one of "East", "West"'),
        ('rep.region not in ("East", "West")', 'rep.region is "East", one of "East", "West"'),
        ('"vip" not in lead.tags', 'lead.tags ("vip") has "vip"'),
        ('"new" in lead.tags', 'lead.tags ("vip") has no "new"'),
        ("(rep.on_duty or lead.score > 50)", "rep.on_duty is no, and lead.score is 42, not above 50"),
        ("not (rep.on_duty or lead.score > 40)", "lead.score is 42, above 40"),
        ('not (rep.region is "East" and lead.score > 40)', 'rep.region is "East", and lead.score is 42, above 40'),
        ("lead.score > 40 and rep.on_duty and lead.score > 50", "rep.on_duty is no"),
    ],
)  # fmt: skip
def test_a_reason_names_the_value_and_what_was_asked(condition: str, words: str) -> None:
    assert reason(condition) == words


def test_a_weight_of_zero_is_told_as_what_it_is() -> None:
    policy = checked(f'{HEAD}assign lead {{ otherwise to any rep by random rep.capacity  if nobody hold "desk" }}')
    decision = Assigner(policy, policy.assigns[0], opened(policy), KEYS).decide(0, 1_772_442_000, 1)
    (candidate,) = decision.tried[0].candidates
    assert candidate.reason == "rep.capacity is 0, not above 0"
    assert decision.tried[0].measured == (("R1", "0"),)


def test_nobody_named_is_told_too() -> None:
    policy = checked(f'{HEAD}assign lead {{ otherwise to lead.account_owner  if nobody hold "desk" }}')
    decision = Assigner(policy, policy.assigns[0], opened(policy), KEYS).decide(0, 1_772_442_000, 1)
    (candidate,) = decision.tried[0].candidates
    assert (candidate.rep, candidate.reason) == ("", "lead.account_owner is missing")


TOLD = """policy "Told" { version: "1"  currency: EUR }
facts standard
facts lead { domain: text  clock: zone }
let twins of lead = count of other where other.domain is lead.domain
let there of lead = local(now, lead.clock)
"""


@pytest.mark.parametrize(
    ("condition", "reasons"),
    [
        (
            'during(now, "Sun", 09:00, 10:00) or rep.region is "N"',
            ["it is Mon 09:00 in UTC, and that is not one of Sun", "it is Mon 10:00 in UTC, not before 10:00"],
        ),
        (
            'during(there, "Sun", 00:00, 01:00) or rep.region is "N"',
            ["it is Mon 10:00 in Europe/Berlin, after 01:00", "it is Mon 12:00 in Africa/Cairo, after 01:00"],
        ),
        (
            'not (twins is 1) or rep.region is "N"',
            ['twins of lead is 1 (lead L1: other.domain "x")', 'twins of lead is 1 (lead L2: other.domain "y")'],
        ),
    ],
)
def test_a_reason_tells_what_was_read_now_although_the_same_came_of_it_before(
    condition: str, reasons: list[str]
) -> None:
    policy = checked(
        f'{TOLD}assign lead {{ otherwise to any rep where {condition} by round_robin  if nobody hold "desk" }}'
    )
    live = Floor(policy, facts_of(policy, {"rep": {"id": ["a"], "region": ["S"]}}), KEYS, {}.__getitem__)
    made: list[str] = []
    for number, (domain, clock) in enumerate(
        [("x", "UTC"), ("y", "UTC"), ("x", "Europe/Berlin"), ("y", "Africa/Cairo")]
    ):
        lead = {"id": f"L{number + 1}", "domain": domain, "clock": clock}
        (decision,) = live.apply(Arrive(MONDAY + number * 3_600, "lead", lead)).decisions
        made.append(decision.why_not("a"))
    assert made[2:] == [f'{reason}, and rep.region is "S", not "N"' for reason in reasons]
