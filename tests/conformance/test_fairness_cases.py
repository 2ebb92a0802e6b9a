"""The published figures of fairness.yaml, one test a case."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.engine.allocation.allocation import allocate
from meed.engine.allocation.rebalance import BandAsked, rebalance
from meed.engine.apportionment import METHODS, Method, apportion, largest_remainder
from meed.engine.assignment import DrawKeys
from meed.engine.draws import holder, ticket
from meed.engine.fairness.significance import chi_square
from meed.engine.measures import four_fifths, gini, jain
from meed.engine.shares import SCALE, Candidate, ShareLedger, Turn

from ..evaluators import checked, facts_of

Case = dict[str, Any]

DATA = yaml.safe_load(Path(__file__).with_name("fairness.yaml").read_text(encoding="utf-8"))
CASES: list[Case] = DATA["cases"]
LEFT_OUT: list[Case] = DATA["left_out"]


def _apportionment(given: Case) -> Case:
    totals: list[int] = given.get("totals", [given.get("total")])

    def parts(method: Method) -> list[Any]:
        split = [apportion(total, given["weights"], method) for total in totals]
        return split if "totals" in given else split[0]

    found: Case = {method: parts(method) for method in METHODS}
    assert [largest_remainder(total, given["weights"]) for total in totals] == [
        apportion(total, given["weights"], "hamilton") for total in totals
    ]
    if all(found[method] == found["hamilton"] for method in METHODS):
        found["all"] = found["hamilton"]
    return found


def _sequence(given: Case) -> Case:
    weights: dict[str, int] = given["weights"]
    ledger, reps = ShareLedger(), [Candidate(key, weight) for key, weight in weights.items()]
    turns = [ledger.post("pool", reps) for _ in range(given["leads"])]
    won = Counter(turn.winner for turn in turns)
    return {
        "winners": "".join(turn.winner for turn in turns),
        "counts": [won[key] for key in weights],
        "points": [_points(turn, sum(weights.values()), leads) for leads, turn in enumerate(turns, start=1)],
        "deviation": str(_deviation([turn.winner for turn in turns], weights)),
    }


def _points(turn: Turn, weight: int, leads: int) -> list[int]:
    """Credits in points: exact but for the rounding of shares, less than one unit a lead."""
    points = [(line.credit_after * weight + SCALE // 2) // SCALE for line in turn.standings]
    for line, nearest in zip(turn.standings, points, strict=True):
        assert abs(line.credit_after * weight - nearest * SCALE) < weight * leads
    return points


def _deviation(winners: list[str], weights: dict[str, int]) -> Fraction:
    return max(
        abs(Fraction(leads * weight, sum(weights.values())) - winners[:leads].count(key))
        for leads in range(1, len(winners) + 1)
        for key, weight in weights.items()
    )


def _evenness(given: Case) -> Case:
    return {"gini": str(gini(given["values"])), "jain": str(jain(given["values"]))}


def _four_fifths(given: Case) -> Case:
    rates = four_fifths(given["rates"])
    return {
        "ratio": {rate.group: str(rate.ratio) for rate in rates if rate.ratio < 1},
        "adverse": [rate.group for rate in rates if rate.adverse],
    }


def _draw(given: Case) -> Case:
    drawn = ticket(bytes.fromhex(given["hash"]), sum(given["weights"]))
    assert drawn is not None
    return {"ticket": drawn, "index": holder(drawn, given["weights"])[0]}


def _matching(given: Case) -> Case:
    """A batch by `best`, with costs as scores below zero: where everybody is owed one, it is a matching."""
    cost: list[list[int]] = (
        given["cost"] if "facts" in given else [list(row) for row in zip(*given["cost"], strict=True)]
    )
    reps = [f"R{number}" for number in range(len(cost[0]))]
    choices = "  ".join(f'when rep.id is "{rep}": 0 - lead.c{rep}' for rep in reps[1:])
    policy = checked(f"""policy "Matching" {{ version: "1"  currency: EUR }}
facts standard
facts lead {{ {"  ".join(f"c{rep}: number" for rep in reps)} }}
let worth of rep, lead = choose {{ {choices}  otherwise: 0 - lead.cR0 }}
assign lead {{ otherwise to any rep by best worth  if nobody hold "desk" }}
""")
    leads = {"id": [f"L{number}" for number in range(len(cost))], "created": ["2026-03-02 09:00"] * len(cost)}
    leads |= {f"c{rep}": [str(row[number]) for row in cost] for number, rep in enumerate(reps)}
    made = allocate(policy, facts_of(policy, {"rep": {"id": reps}, "lead": leads}), DrawKeys(bytes(32)))
    found = [reps.index(one.rep or "") for one in made.outcomes]
    total = sum(row[rep] for row, rep in zip(cost, found, strict=True))
    assert made.batches[0].prices[0].with_ == -total
    return {"total": total, "reps": found, "most": max(Counter(found).values())}


def _partition(given: Case) -> Case:
    """Everything lies in the first bin, and is evened out into a band of nothing around what is owed."""
    policy = checked("""policy "Bins" { version: "1"  currency: EUR }
facts standard
assign account { fair_in: potential  otherwise to any rep by round_robin  if nobody hold "desk" }
""")
    bins = [f"B{number}" for number in range(given["bins"])]
    items = {"id": [f"I{number}" for number in range(len(given["items"]))], "owner": bins[:1] * len(given["items"])}
    items["potential"] = [str(size) for size in given["items"]]
    facts = facts_of(policy, {"rep": {"id": bins}, "account": items})
    made = rebalance(policy, facts, BandAsked(Fraction(0)), at=0)
    assert made.cost == made.bound
    return {"largest": int(max(line.after for line in made.lines)) // 100}


def _chi_square(given: Case) -> Case:
    observed: list[int] = given["observed"]
    made = chi_square(observed, [Fraction(sum(observed), len(observed))] * len(observed))
    return {"statistic": str(made.statistic), "p": str(made.p)}


RUN: dict[str, Callable[[Case], Case]] = {
    "apportionment": _apportionment,
    "sequence": _sequence,
    "evenness": _evenness,
    "four_fifths": _four_fifths,
    "chi_square": _chi_square,
    "draw": _draw,
    "matching": _matching,
    "partition": _partition,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_published_figure_is_met(case: Case):
    found = RUN[case["kind"]](case["input"])
    assert case["expected"]
    assert {name: found.get(name) for name in case["expected"]} == case["expected"]


def test_every_case_stands_once_and_says_where_it_is_from():
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    assert all(case["source"] for case in CASES)


def test_what_is_left_out_has_a_reason_and_is_left_out():
    ids = {case["id"] for case in CASES}
    for gap in LEFT_OUT:
        assert gap["reason"]
        assert (gap["id"] in ids) == ("part" in gap)
