"""The report on assignment as plain values: exact figures as texts of fractions, moments of nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .assignment_fairness import AssignmentFairness
    from .draw_pools import DrawFairness
    from .eligibility import GroupAccess
    from .lead_quality import Quality
    from .turn_pools import PoolFairness

__all__ = ["report_values"]


def report_values(made: AssignmentFairness) -> dict[str, Any]:
    """All of it."""
    waits = made.waits
    return {
        "decided": made.decided,
        "assigned": made.assigned,
        "held": made.decided - made.assigned,
        "held_at": dict(made.held),
        "rules": {rule: {"assigned": given, "held": held} for rule, (given, held) in made.by_rule.items()},
        "received": dict(made.by_rep),
        "within_promise": all(pool.breach is None for pool in made.pools),
        "defects": made.defects,
        "pools": [_pool(pool) for pool in made.pools],
        "by_lot": [_lot(lot) for lot in made.lots],
        "access": {name: [_access(group) for group in groups] for name, groups in made.access.items()},
        "quality": [_quality(one) for one in made.qualities],
        "waits": {
            "to_decision": asdict(waits.to_decision) | {"mean": str(waits.to_decision.mean)}
            if waits.to_decision
            else None,
            "to_contact": asdict(waits.to_contact) | {"mean": str(waits.to_contact.mean)} if waits.to_contact else None,
            "to_contact_by_rep": {rep: asdict(one) | {"mean": str(one.mean)} for rep, one in waits.by_rep.items()},
            "contacted_by_others": waits.others,
        },
        "stood_in_the_way": dict(made.stood),
        "leads_not_known": made.unknown,
        "finding": made.finding,
    }


def _pool(pool: PoolFairness) -> dict[str, Any]:
    even, breach = pool.evenness, pool.breach
    return {
        "pool": pool.pool,
        "unit": pool.unit.described(),
        "of": pool.of or None,
        "turns": pool.turns,
        "promised": {"over": str(pool.promised.over), "under": str(pool.promised.under)},
        "breach": breach and {
            "at": breach.at, "rep": breach.rep, "credit": str(breach.credit),
            "promised": {"over": str(breach.promised.over), "under": str(breach.promised.under)},
        },
        "overrides_outstanding": pool.overrides,
        "moved_outside_turns": pool.moved,
        "evenness": even and {
            "jain": str(even.jain), "gini": str(even.gini), "cv_squared": str(even.cv_squared), "reps": even.reps,
        },
        "wrong": pool.wrong_count,
        "reps": [
            {
                "rep": one.rep, "owed": str(one.owed), "received": one.received, "credit": str(one.credit),
                "most_ahead": str(one.most_ahead), "most_behind": str(one.most_behind), "within": one.within,
            }
            for one in pool.reps
        ],
    }  # fmt: skip


def _lot(lot: DrawFairness) -> dict[str, Any]:
    test = lot.chi_square
    return {
        "rule": lot.rule,
        "draws": lot.draws,
        "statistic": str(lot.statistic),
        "p": None if lot.p is None else str(lot.p),
        "extreme": lot.extreme,
        "tried": lot.drawn,
        "chi_square": test and {"statistic": str(test.statistic), "freedom": test.freedom, "p": str(test.p)},
        "suspect": lot.suspect,
        "reps": [{"rep": one.rep, "owed": str(one.owed), "received": one.received} for one in lot.reps],
    }


def _access(group: GroupAccess) -> dict[str, Any]:
    return {
        "group": group.group,
        "reps": group.reps,
        "looked_at": group.looked_at,
        "could_take_it": group.could,
        "owed": str(group.owed),
        "received": group.got,
        "could_to_highest": None if group.could_ratio is None else str(group.could_ratio),
        "could_under_four_fifths": group.low,
        "received_to_highest": None if group.got_ratio is None else str(group.got_ratio),
        "received_under_four_fifths": group.short,
    }


def _quality(made: Quality) -> dict[str, Any]:
    return {
        "quality": made.quality,
        "by": made.attribute,
        "leads": made.shared,
        "compared": made.alike,
        "finding": made.finding,
        "groups": [
            {
                "group": one.group, "leads": one.leads, "got": str(one.got), "expected": str(one.expected),
                "index": None if one.index is None else str(one.index), "p": str(one.p),
                "p_adjusted": str(one.p_adjusted), "finding": one.finding,
            }
            for one in made.groups
        ],
        "segments": [
            {
                "segment": one.segment, "leads": one.leads,
                "groups": {
                    group: {"leads": one.counts[group], "mean": str(mean)} for group, mean in one.means.items()
                },
            }
            for one in made.segments
        ],
    }  # fmt: skip
