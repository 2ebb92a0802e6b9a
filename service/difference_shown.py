"""A comparison of policies as people read it, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..dsl import checked as c
from ..engine.money import format_money, plain_amount
from ..engine.what_if.comparison import Comparison, ComponentChange, RepChange
from ..policies.policy_changes import PolicyChange
from ..policies.reasons import Reason
from .figures_shown import amount_text, counted, part_of, percent, plain_fraction, signed
from .tables_shown import say_table
from .terminal import say, say_list

__all__ = ["Compared", "Difference", "difference_json", "show_costs", "show_difference", "title_of"]

_TOP, _MOST_COMPONENTS, _MOST_CHANGES = 10, 12, 30


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A policy run on the facts, against the base: reasons by component, bookings, and the groups of reps."""

    comparison: Comparison
    reasons: Sequence[tuple[ComponentChange, list[tuple[Reason, int]]]]
    account: str
    bookings: Fraction
    groups: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]
    remarks: Sequence[str]

    @property
    def share(self) -> Fraction | None:
        """The cost as a part of bookings."""
        return Fraction(self.comparison.other.total) / self.bookings if self.bookings > 0 else None  # exact: fraction


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What a policy says otherwise than the base, and what that does."""

    file: str
    policy: c.Policy
    base_file: str
    base: c.Policy
    changes: Sequence[PolicyChange]
    tests: Sequence[PolicyChange]
    compared: Compared | None = None

    @property
    def same(self) -> bool:
        """Whether both mean the same."""
        return not self.changes


def title_of(policy: c.Policy) -> str:
    """The name of a policy with its version."""
    return f"`{policy.name}`{f' {policy.version}' if policy.version else ''}"


# --- JSON ----------------------------------------------------------------------------------------------------


def difference_json(made: Difference) -> dict[str, Any]:
    """Everything, as plain values; amounts as texts."""
    said: dict[str, Any] = {
        "file": made.file,
        "policy": {"name": made.policy.name, "version": made.policy.version, "hash": made.policy.hash},
        "same_meaning": made.same,
        "changes": [change.as_json() for change in made.changes],
        "tests": [change.as_json() for change in made.tests],
    }
    return said if made.compared is None else {**said, **_compared_json(made.compared)}


def _compared_json(made: Compared) -> dict[str, Any]:
    compared, currency = made.comparison, made.comparison.other.policy.currency
    gainers, losers = compared.gainers(), compared.losers()
    return {
        "period": str(compared.other.period),
        "currency": currency,
        "total": plain_amount(compared.other.total, currency),
        "difference": plain_amount(compared.gain, currency),
        "bookings": {
            "account": made.account or None,
            "amount": plain_fraction(made.bookings, currency) if made.account else None,
            "cost_share": str(made.share) if made.share is not None else None,
        },
        "gainers": {"reps": len(gainers), "amount": plain_amount(sum(rep.gain for rep in gainers), currency)},
        "losers": {"reps": len(losers), "amount": plain_amount(sum(rep.gain for rep in losers), currency)},
        "components": [_component_json(part, why, currency) for part, why in made.reasons],
        "reps": [
            {
                "rep": rep.rep,
                "name": made.names.get(rep.rep, ""),
                **{attribute: group_of[rep.rep] for attribute, group_of in made.groups.items()},
                "before": plain_amount(rep.before, currency),
                "after": plain_amount(rep.after, currency),
                "difference": plain_amount(rep.gain, currency),
            }
            for rep in compared.reps
        ],
        "groups": {
            attribute: [
                {
                    "group": group.group,
                    "reps": group.reps,
                    "before": plain_amount(group.before, currency),
                    "after": plain_amount(group.after, currency),
                    "difference": plain_amount(group.after - group.before, currency),
                    "mean": plain_fraction(group.mean, currency),
                    "median": plain_fraction(group.median, currency),
                    "gainers": group.gainers,
                    "losers": group.losers,
                }
                for group in compared.groups(group_of)
            ]
            for attribute, group_of in made.groups.items()
        },
        "remarks": list(made.remarks),
    }


def _component_json(part: ComponentChange, why: Sequence[tuple[Reason, int]], currency: str) -> dict[str, Any]:
    return {
        "scheme": part.scheme,
        "component": part.component,
        "before": plain_amount(part.before, currency),
        "after": plain_amount(part.after, currency),
        "difference": plain_amount(part.gain, currency),
        "reps": part.reps,
        "reasons": [
            {"says": r.says, "seen": seen, "before_place": r.before_place, "after_place": r.after_place}
            for r, seen in why
        ],
    }


# --- text ----------------------------------------------------------------------------------------------------


def show_difference(made: Difference) -> None:
    """What changed, and what that does."""
    _show_changes(made)
    if made.compared is not None and made.compared.comparison.components:
        say()
        _show_compared(made.compared)


def _show_changes(made: Difference) -> None:
    head = f"{made.base_file} ({title_of(made.base)}) -> {made.file} ({title_of(made.policy)})"
    if made.same:
        say(f"{head}: the same meaning (hash {made.policy.hash[:12]})")
    else:
        say(f"{head}: {counted(len(made.changes), 'change')}")
    for change in made.changes[:_MOST_CHANGES]:
        where = f"{change.statement}, {change.part}" if change.part else change.statement
        mark = {"added": "+ ", "removed": "- ", "changed": ""}[change.what]
        places = ", ".join(found for found in (change.before_place, change.after_place) if found)
        say(f"  {where}: {mark}{change.line()}" + (f"   ({places})" if places else ""))
    if len(made.changes) > _MOST_CHANGES:
        say(f"  and {len(made.changes) - _MOST_CHANGES:,} more, with `--format json`")
    if made.tests:
        say(f"  {counted(len(made.tests), 'test')} added, removed or changed")


def _show_compared(made: Compared) -> None:
    compared, currency = made.comparison, made.comparison.other.policy.currency
    gainers, losers = compared.gainers(), compared.losers()
    if not gainers and not losers:
        say("nobody is paid otherwise")
    else:
        gained, lost = (sum(rep.gain for rep in reps) for reps in (gainers, losers))
        who = _who(len(gainers), "gain"), _who(len(losers), "lose")
        say(f"{who[0]} {signed(gained, currency)}, {who[1]} {signed(lost, currency)}")
        say()
        _show_top(made, gainers, losers)
        _show_why(made, currency)
    for attribute, group_of in made.groups.items():
        _show_groups(made, attribute, group_of)
    say_list("remarks", list(made.remarks))


def _who(reps: int, verb: str) -> str:
    return f"{counted(reps, 'rep')} {verb}{'s' if reps == 1 else ''}"


def _show_top(made: Compared, gainers: list[RepChange], losers: list[RepChange]) -> None:
    currency = made.comparison.other.policy.currency
    shown = [*gainers[:_TOP], *reversed(losers[:_TOP])]
    rows = [
        (
            rep.rep,
            made.names.get(rep.rep, ""),
            format_money(rep.before, currency),
            format_money(rep.after, currency),
            signed(rep.gain, currency),
        )
        for rep in shown
    ]
    say_table(("who moves most", "name", "before", "after", "difference"), rows, right=(2, 3, 4))
    left = len(gainers) + len(losers) - len(shown)
    if left:
        say(f"and {left:,} more, with `--out` or `--format json`")


def _show_why(made: Compared, currency: str) -> None:
    moved = [(part, why) for part, why in made.reasons if part.cells]
    say()
    say("why:")
    for part, why in moved[:_MOST_COMPONENTS]:
        say(f"  {part.scheme}.{part.component}: {signed(part.gain, currency)}, {counted(part.reps, 'rep')}")
        looked = sum(seen for _, seen in why)
        for reason, seen in why:
            places = ", ".join(found for found in (reason.before_place, reason.after_place) if found)
            of = f" in {seen} of the {looked} largest" if len(why) > 1 else ""
            say(f"    {reason.says}{of}" + (f"   ({places})" if places else ""))
    if len(moved) > _MOST_COMPONENTS:
        say(f"  and {counted(len(moved) - _MOST_COMPONENTS, 'component')} more, with `--format json`")


def _show_groups(made: Compared, attribute: str, group_of: Mapping[str, str]) -> None:
    currency = made.comparison.other.policy.currency
    say()
    say_table(
        (attribute, "reps", "before", "after", "difference", "mean", "median", "gain"),
        [
            (
                group.group,
                f"{group.reps:,}",
                format_money(group.before, currency),
                format_money(group.after, currency),
                signed(group.after - group.before, currency),
                amount_text(group.mean, currency),
                amount_text(group.median, currency),
                part_of(group.gainers, group.reps),
            )
            for group in made.comparison.groups(group_of)
        ],
        right=(1, 2, 3, 4, 5, 6, 7),
    )


def show_costs(base: Compared, base_file: str, others: Sequence[tuple[str, Compared]]) -> None:
    """One row a policy: what it costs, and how much of bookings that is."""
    currency = base.comparison.other.policy.currency
    rows = [
        (
            file,
            format_money(made.comparison.other.total, currency),
            f"{percent(made.share)} of `{made.account}`" if made.account else "-",
            signed(made.comparison.gain, currency) if made is not base else "",
        )
        for file, made in [(base_file, base), *others]
    ]
    say_table((f"over {base.comparison.other.period}", "cost", "of bookings", "difference"), rows, right=(1, 2, 3))
