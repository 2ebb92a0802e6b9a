"""Two runs over one stream, side by side, as a sales manager reads them; and why one rep was passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..engine.assigning.decisions import Decision
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.fairness.assignment_fairness import AssignmentFairness
from ..engine.life.stream import Replay
from ..engine.what_if.replay_comparison import Otherwise, ReplayComparison, RunFigures, in_the_way
from .fairness_shown import thousandths
from .figures_shown import amount_text, counted, plain_fraction
from .tables_shown import say_table
from .terminal import say

__all__ = ["passed_json", "refused_json", "replay_json", "say_refused", "show_passed", "show_replay"]

_MOST_REPS, _MOST_DIFFER, _MOST_WAYS, _MOST_REASONS = 40, 15, 10, 10
_CAUSES = {
    "rule": "another rule took them",
    "candidates": "others could take them",
    "shares": "the same people with other shares or tickets",
    "turn": "the same people: turns that earlier differences moved",
    "decided": "only one of the two decides them",
}


# --- two runs ------------------------------------------------------------------------------------------------


def replay_json(made: ReplayComparison, currency: str) -> dict[str, Any]:
    """Everything, as plain values."""
    return {
        "base": _figures_json(made.base, currency),
        "other": _figures_json(made.other, currency),
        "differ": len(made.differ),
        "causes": made.causes,
        "decisions": [
            {
                "key": one.key, "at": one.at, "was": one.was, "now": one.now, "rule_was": one.rules[0],
                "rule_now": one.rules[1], "cause": one.cause, "because": one.because, "why_not_before": one.instead,
            }
            for one in made.differ
        ],
    }  # fmt: skip


def refused_json(base: Replay, other: Replay) -> dict[str, Any]:
    """How many moves could not be made in each of the runs."""
    return {"moves_refused": {"base": len(base.refused), "other": len(other.refused)}}


def say_refused(base: Replay, other: Replay) -> None:
    """That moves which people made could not be made in the second run, or the other way round."""
    if len(base.refused) != len(other.refused):
        say()
        say(f"{counted(len(other.refused), 'move')} could not be made, where before it was {len(base.refused):,}")


def _figures_json(run: RunFigures, currency: str) -> dict[str, Any]:
    said = run.fairness.as_json()
    names = (
        "decided",
        "assigned",
        "held",
        "held_at",
        "rules",
        "received",
        "within_promise",
        "pools",
        "by_lot",
        "waits",
    )
    value = {rep: plain_fraction(amount, currency) for rep, amount in run.value.items()}
    return {name: said[name] for name in names} | {"value": value, "stood_in_the_way": dict(run.way)}


def show_replay(made: ReplayComparison, names: tuple[str, str], currency: str) -> None:
    """Totals, reps, pools, what stood in the way, and the decisions that differ."""
    base, other = made.base.fairness, made.other.fairness
    say_table(("", *names, "more"), _totals(base, other), right=(1, 2, 3))
    say()
    _show_reps(made, names, currency)
    _show_pools(base, other, names)
    _show_ways(made, names)
    _show_differ(made)


def _totals(base: AssignmentFairness, other: AssignmentFairness) -> list[tuple[str, ...]]:
    rows = [("decided", base.decided, other.decided), ("assigned", base.assigned, other.assigned)]
    rows += [
        (f'held at "{desk}"' if desk else "given to nobody", base.held.get(desk, 0), other.held.get(desk, 0))
        for desk in sorted(base.held.keys() | other.held.keys())
    ]
    rows += [
        (f"by rule {rule}", base.by_rule.get(rule, (0, 0))[0], other.by_rule.get(rule, (0, 0))[0])
        for rule in dict.fromkeys([*base.by_rule, *other.by_rule])
    ]
    made = [(name, f"{was:,}", f"{now:,}", f"{now - was:+,}") for name, was, now in rows]
    was, now = base.waits.to_contact, other.waits.to_contact
    if was is not None and now is not None:
        made.append(("minutes to first contact, half", f"{was.median // 60:,}", f"{now.median // 60:,}", ""))
    return made


def _show_reps(made: ReplayComparison, names: tuple[str, str], currency: str) -> None:
    base, other = made.base, made.other
    reps = sorted(base.fairness.by_rep.keys() | other.fairness.by_rep.keys())
    changed = {rep: other.fairness.by_rep.get(rep, 0) - base.fairness.by_rep.get(rep, 0) for rep in reps}
    reps.sort(key=lambda rep: (-abs(changed[rep]), rep))
    valued = bool(base.value or other.value)
    rows: list[tuple[str, ...]] = []
    for rep in reps[:_MOST_REPS]:
        row = (
            rep,
            f"{base.fairness.by_rep.get(rep, 0):,}",
            f"{other.fairness.by_rep.get(rep, 0):,}",
            f"{changed[rep]:+,}",
        )
        amounts = (base.value.get(rep, Fraction(0)), other.value.get(rep, Fraction(0)))
        rows.append((*row, *(amount_text(amount, currency) for amount in amounts if valued)))
    value = tuple(f"value, {name}" for name in names) if valued else ()
    say_table(("rep", *names, "more", *value), rows, right=range(1, 4 + len(value)))
    if len(reps) > _MOST_REPS:
        say(f"and {len(reps) - _MOST_REPS:,} more, with `--format json`")


def _show_pools(base: AssignmentFairness, other: AssignmentFairness, names: tuple[str, str]) -> None:
    found = {pool.pool: [pool, None] for pool in base.pools}
    for pool in other.pools:
        found.setdefault(pool.pool, [None, None])[1] = pool
    rows: list[tuple[str, ...]] = []
    for name in sorted(found):
        cells: list[str] = []
        for pool in found[name]:
            if pool is None:
                cells += ["-", "-"]
            else:
                far = max((max(rep.most_ahead, rep.most_behind) for rep in pool.reps), default=Fraction(0))
                cells += [f"{pool.turns:,}", thousandths(far) + (" NO" if pool.breach else "")]
        rows.append((name, *cells))
    if rows:
        say()
        say("farthest from what is owed, in leads, at any moment")
        say()
        headers = ("pool", *(f"{what}, {name}" for name in names for what in ("turns", "farthest")))
        say_table(headers, rows, right=(1, 2, 3, 4))


def _show_ways(made: ReplayComparison, names: tuple[str, str]) -> None:
    base, other = made.base.way, made.other.way
    ways = sorted(base.keys() | other.keys(), key=lambda way: (-abs(other.get(way, 0) - base.get(way, 0)), way))
    changed = [way for way in ways if base.get(way, 0) != other.get(way, 0)]
    if changed:
        say()
        say("what stood in the way, once for each lead and candidate (caps, hours, skills, ...)")
        say()
        rows = [(way, f"{base.get(way, 0):,}", f"{other.get(way, 0):,}") for way in changed[:_MOST_WAYS]]
        say_table(("first condition that failed", *names), rows, right=(1, 2))


def _show_differ(made: ReplayComparison) -> None:
    say()
    if not made.differ:
        say("no decision differs")
        return
    say(f"{counted(len(made.differ), 'decision')} of {made.base.fairness.decided:,} differ:")
    for cause, count in made.causes.items():
        say(f"  {count:,}: {_CAUSES[cause]}")
    shown = sorted(made.differ, key=lambda one: one.cause == "turn")[:_MOST_DIFFER]
    _show_some(sorted(shown, key=lambda one: (one.at, one.key)))
    if len(made.differ) > len(shown):
        say(f"and {len(made.differ) - len(shown):,} more, with `--format json`")


def _show_some(some: Sequence[Otherwise]) -> None:
    say()
    for one in some:
        rules = one.rules[0] if one.rules[0] == one.rules[1] else f"{one.rules[0] or '-'} -> {one.rules[1] or '-'}"
        say(f"{one.key}, {format_day(one.at // SECONDS_PER_DAY)}, {rules}: {one.was or '-'} -> {one.now or '-'}")
        say(f"  {one.because}")
        if one.instead:
            say(f"  not {one.was}: {one.instead}")


# --- one rep -------------------------------------------------------------------------------------------------


def passed_json(rep: str, decisions: Sequence[Decision], currency: str) -> dict[str, Any]:
    """What a rep received, and at each decision that looked at the rep the first reason why not."""
    looked = [one for one in decisions if _looks_at(one, rep)]
    return {
        "decided": len(decisions),
        "looked_at": len(looked),
        "received": sum(one.rep == rep for one in decisions),
        "could_take_it": sum(_could(one, rep) for one in looked),
        "in_the_way": in_the_way(decisions, currency, rep),
        "passed_over": [
            {
                "decision_id": one.id, "key": one.key, "at": one.at, "rule": one.rule, "went_to": one.rep,
                "held": one.held, "could": _could(one, rep), "because": one.why_not(rep),
            }
            for one in looked
            if one.rep != rep
        ],
    }  # fmt: skip


def _looks_at(decision: Decision, rep: str) -> bool:
    return any(one.rep == rep for tier in decision.tried for one in tier.candidates)


def _could(decision: Decision, rep: str) -> bool:
    return any(one.rep == rep and one.eligible for tier in decision.tried for one in tier.candidates)


def show_passed(rep: str, said: Mapping[str, Any]) -> None:
    """The counts, the reasons by how often, and the latest decisions at which it was close."""
    could, received = f"could take {said['could_take_it']:,}", f"received {said['received']:,}"
    say(f"{rep} was looked at for {said['looked_at']:,} of {said['decided']:,}, {could}, and {received}")
    if said["in_the_way"]:
        say()
        rows = [(way, f"{count:,}") for way, count in list(said["in_the_way"].items())[:_MOST_REASONS]]
        say_table(("first condition that failed", "times"), rows, right=(1,))
    close = [one for one in said["passed_over"] if one["could"]]
    if close:
        went = Counter(str(one["went_to"] or one["held"]) for one in close)
        say()
        most = ", ".join(f"{name} ({count:,})" for name, count in went.most_common(3))
        say(f"could take {counted(len(close), 'lead')} that went elsewhere, most often to {most}; the last of them:")
        for one in close[-5:]:
            day = format_day(one["at"] // SECONDS_PER_DAY)
            say(f"  {one['key']}, {day}, {one['rule']} -> {one['went_to']}: {one['because']}")
