"""A year of leads shared by meed's rule and by the naive ones: how far from a fair share everybody ever was.

    python fairness.py [--leads N] [--reps N] [--seed N] [--without-policy] [--format text|json]

Reps come, leave, are away at random; their weights change; each takes so many leads a day; each lead is for those who
know its trade. Every rule sees the same leads and the same people; who is full depends on what the rule itself gave.
What somebody is owed of a lead is weight / weights of all who could take it, in exact whole numbers for every rule.
Then the weighted year goes through a whole policy: as files are decided (`fairness_policy.py`), as events on a floor,
and as events among people who decline, forget, give back and overrule (`fairness_lived.py`).
Exit code 1 where meed's rule left its promise at any lead, or a floor gave a lead to somebody else than the bare rule.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from fairness_lived import lived
from fairness_policy import through_policy

from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, bound, shares

__all__ = ["RULES", "Outcome", "Stream", "main", "run_rule"]

TRADES = 8
DAYS = 365


@dataclass(frozen=True)
class Stream:
    """A year: the trade of each lead, and by day who is there with which weight; caps a day, trades known."""

    trades: list[int]
    there: list[list[int]]  # weight by day and rep, 0: away, not come yet, or gone
    capacity: list[int]
    knows: list[frozenset[int]]

    def day(self, lead: int) -> int:
        """The day on which a lead comes."""
        return lead * DAYS // len(self.trades)


def invented(leads: int, reps: int, seed: int, *, weighted: bool) -> Stream:
    """A year of one seed. One rep in four comes later, one in eight goes; away in stretches of about a week."""
    random = Random(f"{seed} people")
    weights = [random.choice((1, 1, 2, 3, 5)) if weighted else 1 for _ in range(reps)]
    first = [random.randrange(DAYS) if rep % 4 == 3 else 0 for rep in range(reps)]
    last = [random.randrange(DAYS // 2, DAYS) if rep % 8 == 5 else DAYS for rep in range(reps)]
    away = [False] * reps
    there: list[list[int]] = []
    for day in range(DAYS):
        for rep in range(reps):
            away[rep] = random.random() < (0.85 if away[rep] else 0.04)
            if weighted and random.random() < 0.02:
                weights[rep] = random.randrange(1, 10)
        there.append([0 if away[rep] or not first[rep] <= day < last[rep] else weights[rep] for rep in range(reps)])
    per_day = -(-leads // DAYS)
    capacity = [max(2, per_day * random.randrange(8, 30) // (5 * reps)) for _ in range(reps)]
    knows = [
        frozenset(trade for trade in range(TRADES) if trade == rep % TRADES or random.random() < 0.6)
        for rep in range(reps)
    ]
    trades = [Random(f"{seed} {lead}").randrange(TRADES) for lead in range(leads)]
    return Stream(trades, there, capacity, knows)


# --- rules: among candidates (rep, weight) in the declared order, whose turn is it? ---------------------------

Among = Sequence[tuple[int, int]]
Rule = Callable[[Among], int]


def credit() -> Rule:
    """Meed: the largest credit of shares."""
    ledger = ShareLedger()

    def choose(among: Among) -> int:
        return int(ledger.post("pool", [Candidate(str(rep), weight) for rep, weight in among]).winner)

    return choose


def pointer() -> Rule:
    """Round robin by a pointer: the next one in the list, behind whoever was last. It knows no weights."""
    last = -1

    def choose(among: Among) -> int:
        nonlocal last
        last = next((rep for rep, _ in among if rep > last), among[0][0])
        return last

    return choose


def points() -> Rule:
    """Weighted rotation by points, as web servers do it: everybody gains the weight, who is chosen pays all weights."""
    held: dict[int, int] = {}

    def choose(among: Among) -> int:
        for rep, weight in among:
            held[rep] = held.get(rep, 0) + weight
        winner = max(among, key=lambda one: held[one[0]])[0]
        held[winner] -= sum(weight for _, weight in among)
        return winner

    return choose


def lot() -> Rule:
    """A weighted draw for each lead."""
    random = Random(20260101)

    def choose(among: Among) -> int:
        drawn = random.randrange(sum(weight for _, weight in among))
        for rep, weight in among:
            drawn -= weight
            if drawn < 0:
                return rep
        raise AssertionError

    return choose


RULES: dict[str, Callable[[], Rule]] = {
    "share credit (meed)": credit,
    "pointer round robin": pointer,
    "weight points": points,
    "weighted random": lot,
}


# --- what it comes to ----------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """Figures of a rule over a stream. `over`, `under`: farthest from owed, in thousandths of a lead, at `*_at`.

    `outside`: leads after which somebody was beyond what meed promises for as many reps as were ever there.
    """

    rule: str
    given: int = 0
    nobody: int = 0
    over: int = 0
    over_at: int = 0
    under: int = 0
    under_at: int = 0
    at_end: int = 0
    outside: int = 0
    reps: int = 0
    promised: int = 0
    seconds: float = 0.0
    credits: dict[int, int] = field(default_factory=dict)
    winners: list[int | None] = field(default_factory=list)


def run_rule(name: str, choose: Rule, stream: Stream) -> Outcome:
    """Give the leads of a stream by a rule, and measure after every one of them."""
    made, began = Outcome(name), time.perf_counter()
    known: dict[tuple[int, ...], list[int]] = {}
    held, today, taken = made.credits, -1, [0] * len(stream.capacity)
    lowest = highest = limit = 0
    for lead, trade in enumerate(stream.trades):
        day = stream.day(lead)
        if day != today:
            today, taken, weights = day, [0] * len(stream.capacity), stream.there[day]
        among = [
            (rep, weight)
            for rep, weight in enumerate(weights)
            if weight and trade in stream.knows[rep] and taken[rep] < stream.capacity[rep]
        ]
        if not among:
            made.nobody += 1
            made.winners.append(None)
            continue
        asked = tuple(weight for _, weight in among)
        owed = known.get(asked) or known.setdefault(asked, shares(asked))
        winner = choose(among)
        taken[winner] += 1
        made.winners.append(winner)
        for (rep, _), share in zip(among, owed, strict=True):
            held[rep] = held.get(rep, 0) + share
        held[winner] -= SCALE
        made.given += 1
        if len(held) != made.reps:
            made.reps = len(held)
            limit = int(bound(made.reps).over * SCALE)
        now = [held[rep] for rep, _ in among]
        if min(now) < lowest:
            lowest, made.over_at = min(now), lead + 1
        if max(now) > highest:
            highest, made.under_at = max(now), lead + 1
        made.outside += max(map(abs, held.values())) > limit
    made.over, made.under = _thousandths(-lowest), _thousandths(highest)
    made.at_end = _thousandths(max(map(abs, held.values()), default=0))
    made.promised, made.seconds = _thousandths(limit), time.perf_counter() - began
    return made


def _thousandths(credit: int) -> int:
    return -(-credit * 1000 // SCALE)


def _shown(thousandths: int) -> str:
    return f"{thousandths // 1000:,}.{thousandths % 1000:03d}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description="share a year of leads by meed's rule and by naive ones, and compare")
    parser.add_argument("--leads", type=int, default=100_000, metavar="N")
    parser.add_argument("--reps", type=int, default=40, metavar="N")
    parser.add_argument("--seed", type=int, default=20260101, metavar="N")
    parser.add_argument("--without-policy", dest="policy", action="store_false", help="do not run the whole engine")
    parser.add_argument("--format", dest="form", choices=("text", "json"), default="text")
    asked = parser.parse_args(arguments)
    found: dict[str, list[Outcome]] = {}
    for title, weighted in (("equal weights", False), ("weights that change", True)):
        stream = invented(asked.leads, asked.reps, asked.seed, weighted=weighted)
        found[title] = [run_rule(name, rule(), stream) for name, rule in RULES.items()]
        if asked.form == "text":
            _show(title, asked.leads, found[title])
    broken = any(outcomes[0].outside for outcomes in found.values())
    whole = _through_policies(asked, found["weights that change"][0]) if asked.policy else {}
    broken = broken or not all(one["within"] and one.get("same", True) for one in whole.values())
    if asked.form == "json":
        plain = {title: [_plain(one) for one in outcomes] for title, outcomes in found.items()}
        print(json.dumps({"leads": asked.leads, "reps": asked.reps, "seed": asked.seed, **plain, **whole}))
    return 1 if broken else 0


def _through_policies(asked: argparse.Namespace, bare: Outcome) -> dict[str, dict[str, Any]]:
    """The weighted year through a policy, in three ways, each told as soon as it is done."""
    stream = invented(asked.leads, asked.reps, asked.seed, weighted=True)
    ways: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "policy": (
            "as files are decided, every credit counted again from the decisions",
            lambda: through_policy(stream),
        ),
        "floor": ("as events on a floor", lambda: lived(stream, alone=True)),
        "people": ("as events among people who take leads back and overrule", lambda: lived(stream, alone=False)),
    }
    whole: dict[str, dict[str, Any]] = {}
    for name, (title, run) in ways.items():
        made = whole[name] = run()
        winners = made.pop("winners", None)
        if name == "floor":
            made["same"] = winners == [None if rep is None else f"R{rep:03}" for rep in bare.winners]
        if asked.form == "text":
            _show_whole(title, made)
    return whole


def _plain(one: Outcome) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if name not in {"credits", "winners"}}


def _show(title: str, leads: int, outcomes: Sequence[Outcome]) -> None:
    print(f"\n{leads:,} leads, {title}; promised: {_shown(outcomes[0].promised)} leads either way, at every lead")
    figures = f"{'most ahead':>12}{'most behind':>13}{'at the end':>12}{'leads outside':>15}"
    print(f"{'rule':22}{'given':>9}{figures}{'seconds':>9}")
    for one in outcomes:
        figures = f"{_shown(one.over):>12}{_shown(one.under):>13}{_shown(one.at_end):>12}{one.outside:>15,}"
        print(f"{one.rule:22}{one.given:>9,}{figures}{one.seconds:>9.1f}", flush=True)


def _show_whole(title: str, whole: dict[str, Any]) -> None:
    print(f"\nthe weighted year through a policy, {title} ({whole['seconds']} s):")
    print(f"  {whole['assigned']:,} assigned, {whole['held']:,} held when they came")
    print(f"  most ahead {whole['ahead']}, most behind {whole['behind']}, promised {whole['promised']}")
    print(f"  within it at every lead: {'yes' if whole['within'] else 'NO'}", flush=True)
    if "same" in whole:
        print(f"  every lead to the same rep as by the bare rule: {'yes' if whole['same'] else 'NO'}", flush=True)
    if whole.get("done"):
        print("  " + ", ".join(f"{count:,} {what}" for what, count in whole["done"].items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
