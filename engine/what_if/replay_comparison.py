"""A stream of facts decided twice: what differs, why, and what it comes to, by rep and in what stood in the way.

The second run draws with the records of the first wherever candidates and tickets are the same, so that a draw comes
out otherwise only where something that it depends on is otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..assigning.decisions import Decision, TierTried
from ..assigning.refusal import NotThere, PassedOver, Refusal, say_now
from ..fairness.assignment_fairness import AssignmentCount, AssignmentFairness
from ..fairness.lead_facts import LeadFact
from ..life.outcome import Outcome

__all__ = ["Otherwise", "ReplayComparison", "RunFigures", "compare_replays", "in_the_way"]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A lead that goes to somebody else. `was`, `now`: a rep, or where it is held; empty where it was not decided.

    `cause`: what differs first: `rule`, `candidates`, `shares`, or `turn` (only credits that earlier differences left).
    `because` tells the new decision, `instead` why whoever had it does not have it now.
    """

    key: str
    at: int
    was: str
    now: str
    rules: tuple[str, str]
    cause: str
    because: str
    instead: str


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A run: what it came to; values in minor units, as far as they are known. `way`: see `in_the_way`."""

    fairness: AssignmentFairness
    value: Mapping[str, Fraction]
    way: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """Both runs, and the decisions that differ in the order of arrival."""

    base: RunFigures
    other: RunFigures
    differ: tuple[Otherwise, ...]

    @property
    def causes(self) -> dict[str, int]:
        """How many differ for what cause."""
        return dict(Counter(one.cause for one in self.differ).most_common())


def compare_replays(
    base: Outcome,
    other: Outcome,
    facts: Mapping[str, LeadFact] | None = None,
    currency: str = "",
) -> ReplayComparison:
    """Compare all that came of two runs over the same leads: the first decision about a lead with the first, and so on.

    `facts`: what is known of leads, see `lead_facts`.
    """
    known = facts or {}
    before, later = _numbered(base.decisions), _numbered(other.decisions)
    pairs = [(one, later.get(place)) for place, one in before.items()]
    pairs += [(None, one) for place, one in later.items() if place not in before]
    differ = [made for was, now in pairs if (made := _otherwise(was, now)) is not None]
    differ.sort(key=lambda one: (one.at, one.key))
    return ReplayComparison(_figures(base, known, currency), _figures(other, known, currency), tuple(differ))


def _numbered(decisions: Iterable[Decision]) -> dict[tuple[str, int], Decision]:
    """Decisions by the lead, and the how manieth about it each is."""
    count: Counter[str] = Counter()
    made: dict[tuple[str, int], Decision] = {}
    for one in decisions:
        count[one.key] += 1
        made[one.key, count[one.key]] = one
    return made


def _figures(run: Outcome, facts: Mapping[str, LeadFact], currency: str) -> RunFigures:
    count = AssignmentCount()
    count.add_outcome(run, facts)
    value: dict[str, Fraction] = {}
    for one in {one.key: one for one in run.decisions}.values():  # whoever has it in the end
        fact = facts.get(one.key)
        worth = None if fact is None else fact.qualities.get("value")
        if one.rep is not None and worth is not None:
            value[one.rep] = value.get(one.rep, Fraction(0)) + worth
    return RunFigures(count.made(draws=99), dict(sorted(value.items())), in_the_way(run.decisions, currency))


def _otherwise(base: Decision | None, other: Decision | None) -> Otherwise | None:
    was, now = _went(base), _went(other)
    if was == now:
        return None
    one = other or base
    assert one is not None
    rules = ("" if base is None else base.rule, "" if other is None else other.rule)
    because = "it is not decided" if other is None else other.because
    instead = "" if base is None or base.rep is None or other is None else other.why_not(base.rep)
    return Otherwise(one.key, one.at, was, now, rules, _cause(base, other), because, instead)


def _went(made: Decision | None) -> str:
    """Who has it, or where it is kept."""
    if made is None:
        return ""
    return made.rep if made.rep is not None else f'held at "{made.held}"' if made.held else "nobody"


def _cause(base: Decision | None, other: Decision | None) -> str:
    """What differs first on the way to the two decisions."""
    if base is None or other is None:
        return "decided"
    if base.rule != other.rule:
        return "rule"
    if len(base.tried) != len(other.tried) or list(map(_could, base.tried)) != list(map(_could, other.tried)):
        return "candidates"
    return "shares" if list(map(_shares, base.tried)) != list(map(_shares, other.tried)) else "turn"


def _could(step: TierTried) -> frozenset[str]:
    return frozenset(one.rep for one in step.candidates if one.eligible)


def _shares(step: TierTried) -> object:
    """The shares of a turn, or the tickets of a draw; those of groups, too, where one was chosen first."""
    own: object = step.record.partition(',"lead":')[0]
    if step.turn is not None:
        own = sorted((line.key, line.share) for line in step.turn.standings)
    return own if step.group is None else (_shares(step.group.tried), own)


def in_the_way(decisions: Iterable[Decision], currency: str, rep: str | None = None) -> dict[str, int]:
    """How often each condition was the first to refuse somebody (or one rep), in words, most often first."""
    found: Counter[str] = Counter()
    said: dict[int, str] = {}
    for decision in decisions:
        for tier in decision.tried:
            if tier.strategy == "direct":
                continue
            for candidate in tier.candidates:
                if candidate.refusal is not None and (rep is None or candidate.rep == rep):
                    found[_condition(candidate.refusal, currency, said)] += 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _condition(refusal: Refusal, currency: str, said: dict[int, str]) -> str:
    """The condition that failed, without the values that it read."""
    if isinstance(refusal, NotThere):
        return "a row of the rep holds on the day"
    if isinstance(refusal, PassedOver):
        return "passed over before at the same lead"
    words: list[str] = []
    for one in refusal.findings:
        node = id(one.node)
        if node not in said:
            said[node] = say_now(one.node, currency)
        words.append(f"not ({said[node]})" if one.held else said[node])
    return " or ".join(dict.fromkeys(words))
