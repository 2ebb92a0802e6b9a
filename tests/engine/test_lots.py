"""Lots: drawn once for each fact and name, the same at every reading, recorded with each decision."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import check
from meed.engine.allocation.allocation import Allocated, allocate
from meed.engine.allocation.holdings import LotsRead
from meed.engine.allocation.rebalance import BandAsked, rebalance
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.life.outcome_text import OutcomeText
from meed.engine.life.refused import Refused
from meed.engine.life.stream import draws_at_random, replay
from meed.engine.turns.lots import LOT_TICKETS, Lots, lot_record, lot_wrong

from .test_life import KEYS, Stage, facts_of, policy_of

REPS: dict[str, list[Any]] = {"id": ["a", "b"], "on_duty": ["yes", "yes"], "team": ["x", "y"], "capacity": ["1", "1"]}
PILOT = """let pilot of lead = lot("pilot") < 10%
assign lead { HEAD
  needs rep.on_duty
  rule pilot when pilot to any rep where rep.team is "y" by round_robin accept within 2 months
  otherwise to any rep where lot("other") < 50% or rep.team is "x" by round_robin accept within 2 months
  if nobody hold "desk" }"""
MONTH = 31 * 24 * 60


def stage_of(head: str = "") -> Stage:
    return Stage(PILOT.replace("HEAD", head), rep=REPS)


def lots_of(decision: Any) -> dict[str, Fraction]:
    return {lot.drawn.name: lot.drawn.value for lot in decision.lots}


# --- what is drawn -------------------------------------------------------------------------------------------

LOTS = Lots(DrawKeys(b"sixteen bytes..."), "lead", "month")


def test_the_share_is_the_share_that_is_said() -> None:
    drawn = [LOTS.drawn("pilot", f"L{number}", 0).ticket for number in range(20_000)]
    for tenths in range(1, 10):
        under = sum(ticket < LOT_TICKETS * tenths // 10 for ticket in drawn)
        off = abs(under - 2_000 * tenths)  # of 20,000, no more than five standard deviations
        assert off * off <= 25 * 20_000 * tenths * (10 - tenths) // 100
    assert all(0 <= ticket < LOT_TICKETS for ticket in drawn)


def test_two_names_are_independent() -> None:
    """Of four cells of a quarter each, none is off by more than five standard deviations."""
    pairs = Counter(
        (
            LOTS.drawn("one", f"L{number}", 0).value < Fraction(1, 2),
            LOTS.drawn("two", f"L{number}", 0).value < Fraction(1, 2),
        )
        for number in range(20_000)
    )
    assert len(pairs) == 4
    assert all((count - 5_000) ** 2 <= 25 * 3_750 for count in pairs.values())


@given(st.text(), st.text(min_size=1), st.integers(0, 10**9), st.integers(0, 3600 * 24 * 27))
def test_it_is_the_same_within_the_period_in_which_the_fact_came(key: str, name: str, month: int, later: int) -> None:
    came = month % 600 * 31 * 24 * 3600
    first = LOTS.drawn(name, key, came)
    again = Lots(DrawKeys(b"sixteen bytes..."), "lead", "month").drawn(name, key, came)
    assert first == again
    assert 0 <= first.value < 1
    assert not list(lot_wrong({"kind": "lead", "key": key}, first.as_json(), None))


def test_kinds_keys_and_names_never_share_a_record() -> None:
    parts = ("a", "b", 'a","kind":"b')
    records = {lot_record(kind, key, name) for kind in parts for key in parts for name in parts}
    assert len(records) == 27


# --- in a policy ---------------------------------------------------------------------------------------------


def test_a_lead_stays_in_its_group_however_often_it_is_decided() -> None:
    stage = stage_of()
    for number in range(40):
        first = stage.arrive(f"L{number}", number).decisions[0]
        later = stage.move(f"L{number}", "decline", first.rep or "", MONTH + number).decisions[0]
        assert later.at > first.at
        assert stage.floor.key_period("lead", later.at) != stage.floor.key_period("lead", first.at)
        assert later.lots == first.lots
        assert (later.rule == "pilot") == (first.rule == "pilot")


def test_what_is_drawn_decides() -> None:
    stage = stage_of()
    rules = Counter[str]()
    for number in range(400):
        made = stage.arrive(f"L{number}", number).decisions[0]
        lots = lots_of(made)
        rules[made.rule] += 1
        assert (made.rule == "pilot") == (lots["pilot"] < Fraction(1, 10))
        if made.rule == "otherwise":
            could = {one.rep for one in made.tried[0].candidates if one.eligible}
            assert could == ({"a", "b"} if lots["other"] < Fraction(1, 2) else {"a"})
    assert 15 <= rules["pilot"] <= 70


def test_another_policy_of_the_same_lots_leaves_each_lead_where_it_was() -> None:
    """An experiment goes on while a policy changes: neither its hash nor a number of arrival is drawn by."""
    one, other = policy_of(PILOT.replace("HEAD", "")), policy_of(PILOT.replace("HEAD", "order: hired"))
    leads = {
        "id": [f"L{n}" for n in range(60)],
        "created": [f"2026-02-{1 + n // 24:02d} {n % 24:02d}:00" for n in range(60)],
    }
    turned = {name: cells[::-1] for name, cells in leads.items()}
    drawn: list[dict[str, dict[str, Fraction]]] = []
    for policy, rows in ((one, leads), (other, turned)):
        *_, (made, _) = replay(policy, facts_of(policy, rep={**REPS, "hired": ["2020-01-01"] * 2}, lead=rows), KEYS)
        drawn.append({decision.key: lots_of(decision) for decision in made.decisions})
    assert one.hash != other.hash
    assert drawn[0] == drawn[1]


def test_the_record_is_the_same_as_text_and_as_values_and_again() -> None:
    texts: list[list[str]] = []
    for _ in range(2):
        stage = stage_of()
        outcomes = [stage.arrive(f"L{number}", number) for number in range(30)]
        texts.append([OutcomeText().of(one) for one in outcomes])
        assert [json.loads(text) for text in texts[-1]] == [json.loads(json.dumps(one.as_json())) for one in outcomes]
    assert texts[0] == texts[1]


def test_it_says_what_was_drawn_beside_what_it_is_compared_with() -> None:
    stage = stage_of()
    made = [stage.arrive(f"L{number}", number).decisions[0] for number in range(60)]
    for one in made:
        drawn = {lot.drawn.name: lot.text for lot in one.lots}
        sign = "< 10%" if one.rule == "pilot" else ">= 10%"
        assert drawn["pilot"].startswith('lot("pilot") drew ')
        assert drawn["pilot"].endswith(f"% {sign}")
        assert one.because.endswith(f"; {drawn['other']}; {drawn['pilot']}")
    other = next(one for one in made if one.rule == "otherwise" and lots_of(one)["other"] >= Fraction(1, 2))
    said = next(lot.text for lot in other.lots if lot.drawn.name == "other").removesuffix(" >= 50%")
    assert other.why_not("b") == f'{said}, not below 50%, and rep.team is "y", not "x"'


def test_between_two_bounds_both_are_said() -> None:
    text = """assign lead {
      rule one when lot("arms") < 20% to any rep where rep.team is "x" by round_robin
      rule two when lot("arms") < 40% to any rep where rep.team is "y" by round_robin
      otherwise to any rep by round_robin if nobody hold "desk" }"""
    stage = Stage(text, rep=REPS)
    signs = {"one": "< 20%", "two": ">= 20% and < 40%", "otherwise": ">= 40%"}
    for number in range(40):
        made = stage.arrive(f"L{number}", number).decisions[0]
        assert made.because.endswith(f"% {signs[made.rule]}")


def test_a_seed_is_asked_for() -> None:
    assert draws_at_random(stage_of().policies[0].assigns[0])
    assert stage_of().policies[0].assigns[0].lots == ("other", "pilot")


def test_a_policy_without_lots_says_nothing_of_them() -> None:
    policy = policy_of('assign lead { otherwise to any rep by round_robin if nobody hold "desk" }')
    assert policy.assigns[0].lots == ()
    made = Stage('assign lead { otherwise to any rep by round_robin if nobody hold "desk" }', rep=REPS).arrive("L1")
    assert "lots" not in made.as_json()["decisions"][0]


def test_timers_go_by_the_same_lot() -> None:
    text = """assign lead { otherwise to any rep by round_robin if nobody hold "desk"
      after 5 minutes unless lot("kept") < 50% return }"""
    stage = Stage(text, rep=REPS)
    kept = {f"L{n}": lots_of(stage.arrive(f"L{n}", n / 60).decisions[0])["kept"] < Fraction(1, 2) for n in range(30)}
    stage.tick(10)
    assert {key: stage.where(key) != "pool" for key in kept} == kept
    assert len(set(kept.values())) == 2


def test_the_date_of_what_was_decided_stays_for_it_says_which_key_drew() -> None:
    """Else who changes it could choose among keys, and with one that is known among groups."""
    stage = stage_of()
    stage.arrive("L1", 0)
    stage.change("lead", "L1", 1, value="10")
    stage.change("lead", "L1", 2, created="2026-02-16 00:00")
    with pytest.raises(Refused) as caught:
        stage.change("lead", "L1", 3, created="2026-01-16 00:00")
    (problem,) = caught.value.problems
    assert problem.column == "created"
    assert problem.message == "`created` says by which key the lots of lead `L1` were drawn, and they were"
    (found,) = stage.floor.objections("lead", [{"id": "L1", "created": "2026-01-16 00:00"}], stage.at(4))
    assert found is not None
    assert found.reason == "bad-fact"


def test_what_waits_goes_by_its_own_lot() -> None:
    """Leads that came in one moment and say the same are not alike, for their lots are not."""
    text = """assign lead { queue: oldest_first  needs rep.on_duty
      rule pilot when lot("pilot") < 50% to any rep where rep.team is "y" by round_robin if nobody hold "pilots"
      otherwise to any rep where rep.team is "x" by round_robin if nobody hold "desk" }"""
    stage = Stage(text, rep={**REPS, "on_duty": ["no", "no"]})
    made = [stage.arrive(f"L{number}", 0).decisions[0] for number in range(20)]
    stage.change("rep", "b", 1, on_duty="yes")
    pilots = {one.key for one in made if lots_of(one)["pilot"] < Fraction(1, 2)}
    assert 0 < len(pilots) < 20
    assert {one.key for one in made if stage.floor.owner("lead", one.key) == "b"} == pilots


# --- batches -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sharing", ["round_robin", "best weight", "capability_weighted weight", "random"])
def test_a_batch_goes_by_lots_and_records_them(sharing: str) -> None:
    text = f"""let weight of rep, lead = choose {{ when lot("w") < 50%: rep.capacity  otherwise: rep.capacity * 2 }}
    assign lead {{ needs rep.on_duty
      rule pilot when lot("pilot") < 40% to any rep where rep.team is "y" by {sharing}
      otherwise to any rep where rep.team is "x" and (weight > 0) by {sharing} if nobody hold "desk" }}"""
    policy = policy_of(text)
    leads = {"id": [f"L{n}" for n in range(50)], "created": ["2026-02-01 09:00"] * 50}
    made = allocate(policy, facts_of(policy, rep=REPS, lead=leads), KEYS, at=1_770_000_000)
    assert made.key_periods
    for one in made.outcomes:
        lots = {lot.drawn.name: lot.drawn.value for lot in one.lots}
        assert one.rep == ("b" if lots["pilot"] < Fraction(2, 5) else "a")
        assert '; lot("pilot") drew ' in one.because
        assert [lot["name"] for lot in one.as_json()["lots"]] == ["pilot", "w"]
    assert any(isinstance(one, Allocated) for one in made.outcomes) == (sharing != "random")


def test_what_evens_out_refuses_them() -> None:
    policy = policy_of(
        'assign account { needs lot("x") < 50% otherwise to any rep by round_robin if nobody hold "desk" }\n'
        "facts account { created: moment }"
    )
    rows = {"id": ["A1"], "owner": ["a"], "created": ["2026-02-01 09:00"]}
    with pytest.raises(LotsRead) as caught:
        rebalance(policy, facts_of(policy, rep=REPS, account=rows), BandAsked(Fraction(0)), at=1_770_000_000)
    assert str(caught.value) == '`lot("x")` decides who may have a fact, and there is no key here to draw it with'


# --- where it may stand --------------------------------------------------------------------------------------

HEAD = 'policy "P" { currency: USD }\nfacts standard\n'
PILOTED = 'let h of lead = lot("a") < 5%\n'
DESK = 'otherwise to any rep by round_robin if nobody hold "desk" }\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('credit x to deal.owner on deal.closed = 1 when lot("a") < 5%\n', "E0646"),
        ('scheme s for every rep per month { pay p = 1 USD * (lot("a") * 2) }\n', "E0646"),
        ('let h of rep = lot("a")\n', "E0646"),
        ("assign lead { needs lot(lead.region) < 5% " + DESK, "E0647"),
        ('assign lead { needs lot(" ") < 5% ' + DESK, "E0647"),
        ('assign account { needs lot("a") < 5% ' + DESK, "E0648"),
        ('let h of lead = lot("a") < 5%\nwatch lead { after 2 days unless h notify lead.owner "x" }\n', "E0649"),
        (PILOTED + "credit x to lead.owner on lead.created = 1 when h\nassign lead { " + DESK, "E0649"),
        ('let n of rep = count of lead where lot("a") < 5%\nassign lead { needs n < 3 ' + DESK, "E0646"),
        (PILOTED + "let n of rep = count of lead where h\nassign lead { needs n < 3 " + DESK, "E0649"),
        ('let h of lead = lot("a") < 5%\n', "E0649"),
        ('let h of lead = choose { when lot("a") < 5%: 1 otherwise: 2 }\nassign lead { fair_in: h ' + DESK, "E0649"),
        ('assign lead { needs lot("a", "b") < 5% ' + DESK, "E0326"),
    ],
)  # fmt: skip
def test_it_is_refused_where_nothing_could_verify_it(text: str, code: str) -> None:
    found = [one.code for one in check(HEAD + text).diagnostics if one.severity == "error"]
    assert code in found, found


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_any_bound_in_whole_hundredths_is_met_to_the_ticket(bound: int) -> None:
    """As many tickets lie under a bound as its share of all of them."""
    under = Fraction(bound, 10_000) * LOT_TICKETS
    assert under.denominator == 1
