"""The published figures of fairness.yaml, one test a case."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.dsl.words import METHODS as SPLIT_METHODS
from meed.engine.allocation.allocation import allocate
from meed.engine.allocation.rebalance import BandAsked, rebalance
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.calendar.periods import Period
from meed.engine.fairness.significance import chi_square
from meed.engine.life import Arrive, Floor
from meed.engine.numbers.apportionment import METHODS, Method, Tied, apportion, largest_remainder, tied
from meed.engine.numbers.measures import four_fifths, gini, jain
from meed.engine.numbers.permutation import permutation_test
from meed.engine.targets.targets import target_sheets
from meed.engine.turns.draws import holder, ticket
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, Turn

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
    if len(totals) == 1:
        found["ties"] = _refused_tie(totals[0], given["weights"])
    if "place" in given:
        quota = Fraction(totals[0] * given["weights"][given["place"]], sum(given["weights"]))
        hundredths = (200 * quota.numerator + quota.denominator) // (2 * quota.denominator)
        found["by_ratio"] = [weight // given["ratio"] for weight in given["weights"]]
        found["at_place"] = {"quota": f"{hundredths // 100}.{hundredths % 100:02d}"} | {
            method: found[method][given["place"]] for method in ("jefferson", "webster", "adams")
        }
    return found


def _refused_tie(total: int, weights: list[int]) -> list[int]:
    """The places that a refusal of ties names, the same by every method that refuses."""
    named = {_tied(total, weights, method) for method in METHODS} - {()}
    return list(named.pop()) if len(named) == 1 else []


def _tied(total: int, weights: list[int], method: Method) -> tuple[int, ...]:
    try:
        apportion(total, weights, method, ties="refused")
    except Tied as problem:
        return problem.places
    return ()


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
        "tijdeman": _tijdeman(weights, given["leads"]),
    }


def _tijdeman(weights: dict[str, int], leads: int) -> str:
    """The order of Tijdeman, "The chairman assignment problem" (1980): of those who are owed enough to be served now,
    whoever would otherwise be the first to be owed too much. It looks ahead, so it needs weights that stay."""
    whole, least = sum(weights.values()), Fraction(1, 2 * len(weights) - 2)
    order = ""
    for lead in range(1, leads + 1):
        owed = {key: Fraction(lead * weight, whole) - order.count(key) for key, weight in weights.items()}
        due = [key for key in weights if owed[key] >= least]
        order += min(due, key=lambda key: (1 - least - owed[key]) * Fraction(whole, weights[key]))
    return order


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


def _permutation(given: Case) -> Case:
    made = permutation_test(given["values"], given["groups"], ["all"] * len(given["values"]))
    assert made is not None
    return {"p": f"{made.extreme}/{made.tried}", "exact": made.exact}


def _picking(given: Case) -> Case:
    """A draft: a pick goes to the item of the highest value that has a place left and that the picker does not have."""
    items: dict[str, int] = given["there_are"]
    choices = "  ".join(f'when rep.id is "{item}": lead.{item}' for item in items)
    policy = checked(f"""policy "Picks" {{ version: "1"  currency: EUR }}
facts standard
facts lead {{ picker: text  room: count  {"  ".join(f"{item}: number" for item in items)} }}
let worth of rep, lead = choose {{ {choices}  otherwise: 0 }}
let picked of lead = count of assignment where assignment.lead is known and assignment.lead.picker is lead.picker
let given_out of rep = count of assignment where assignment.rep is rep
let has of rep, lead = count of assignment
  where assignment.rep is rep and assignment.lead is known and assignment.lead.picker is lead.picker
assign lead {{
  rule pick when picked < lead.room
    to any rep where given_out < rep.capacity and has is 0 by best worth
    if nobody hold "nothing left"
  otherwise hold "has all"
  if nobody hold "nobody"
}}
""")
    raw: dict[str, Any] = {"rep": {"id": list(items), "capacity": [str(places) for places in items.values()]}}
    facts = facts_of(policy, raw)
    floor = Floor(policy, facts, DrawKeys(bytes(32)), {policy.hash: policy}.__getitem__)
    had: dict[str, list[str]] = {picker: [] for picker in given["values"]}
    for number, picker in enumerate(given["order"] * max(given["may_have"].values())):
        cells = {item: str(value) for item, value in given["values"][picker].items()}
        pick = {"id": f"P{number}", "picker": picker, "room": str(given["may_have"][picker]), **cells}
        had[picker] += [
            decision.rep for decision in floor.apply(Arrive(60 * number, "lead", pick)).decisions if decision.rep
        ]
    return {picker: sorted(got) for picker, got in had.items()}


RUN: dict[str, Callable[[Case], Case]] = {
    "apportionment": _apportionment,
    "sequence": _sequence,
    "evenness": _evenness,
    "four_fifths": _four_fifths,
    "chi_square": _chi_square,
    "permutation": _permutation,
    "draw": _draw,
    "matching": _matching,
    "partition": _partition,
    "picking": _picking,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_published_figure_is_met(case: Case):
    found = RUN[case["kind"]](case["input"])
    assert case["expected"]
    assert {name: found.get(name) for name in case["expected"]} == case["expected"]


SPLITS = [
    pytest.param(case, method, id=f"{case['id']}-{method}")
    for case in CASES
    if case["kind"] == "apportionment"
    for method in SPLIT_METHODS
    if method in case["expected"] or "all" in case["expected"]
]


@pytest.mark.parametrize(("case", "method"), SPLITS)
def test_a_policy_splits_a_goal_as_published_and_remarks_a_tie(case: Case, method: Method):
    due, given = case["expected"].get(method) or case["expected"]["all"], case["input"]
    reps = {
        "id": [f"R{place:02}" for place in range(len(given["weights"]))],
        "weight": list(map(str, given["weights"])),
    }
    for total, parts in zip(given["totals"], due, strict=True) if "totals" in given else [(given["total"], due)]:
        policy = checked(f"""policy "Goals" {{ version: "1"  currency: EUR }}
facts standard
facts rep {{ weight: number }}
target goal to rep per month {{ round_to: 1  method: {method} }} = share {total} among every rep by rep.weight
""")
        (sheet,) = target_sheets(policy, facts_of(policy, {"rep": reps}), Period("month", 2026, 1))
        assert [row.goals[0].amount for row in sheet.rows] == [100 * part for part in parts]
        assert bool(sheet.remarks) == bool(tied(total, given["weights"], method))


@pytest.mark.parametrize("case", [case for case in CASES if "misprinted" in case], ids=lambda case: case["id"])
def test_a_misprinted_row_breaks_the_rule_that_it_is_said_to_follow(case: Case):
    """By Webster's rule nobody's claim to one unit more is stronger than anybody's to the last one had."""
    weights: list[int] = case["input"]["weights"]

    def by_the_rule(parts: list[int]) -> bool:
        had = min(Fraction(2 * weight, 2 * part - 1) for weight, part in zip(weights, parts, strict=True) if part)
        return had >= max(Fraction(2 * weight, 2 * part + 1) for weight, part in zip(weights, parts, strict=True))

    (method, printed) = next(iter(case["misprinted"].items()))
    assert (method, sum(printed)) == ("webster", case["input"]["total"])
    assert by_the_rule(case["expected"]["webster"])
    assert not by_the_rule(printed)
