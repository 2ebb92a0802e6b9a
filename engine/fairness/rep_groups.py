"""Groups of reps by an attribute: a column of `rep` that the policy may or may not read, or the band of tenure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...dsl import checked as c
from ...dsl.schema import Column as Declared
from ...dsl.schema import FactKind
from ...dsl.types import Type
from ..calendar.days import format_day, whole_months
from ..calendar.periods import Period
from ..calendar.windows import of_period
from ..facts import Facts, Scalar
from ..wording.phrases import show
from ..wording.spelling import did_you_mean
from ..world import World

__all__ = [
    "NO_GROUP", "TENURE", "UnknownAttribute", "attribute_columns", "cell_of_rep", "group_of_reps", "group_order",
    "with_columns",
]  # fmt: skip

TENURE = "tenure"
NO_GROUP = "(none)"
_BANDS = ((12, "under 1 year"), (24, "1 to 2 years"), (60, "2 to 5 years"), (120, "5 to 10 years"))
_LONGEST = "10 years and more"


class UnknownAttribute(LookupError):
    """An attribute that no column of `rep` has; `help` names those that there are."""

    def __init__(self, name: str, there: Iterable[str]) -> None:
        names = [TENURE, *there]
        self.help = did_you_mean(name, names) or f"use {', '.join(f'`{one}`' for one in names)}"
        super().__init__(f"reps have no `{name}`")


def attribute_columns(kind: FactKind, given: Iterable[str], attributes: Iterable[str]) -> dict[str, str]:
    """The column behind each attribute, of those that the file has. Raises `UnknownAttribute`.

    `territory` is `region` where there is no column of that name; tenure is counted from `hired`.
    """
    there = [name for name in given if name != (kind.key.name if kind.key else "id")]
    made: dict[str, str] = {}
    for name in attributes:
        column = {TENURE: "hired"}.get(name, name)
        if name == "territory" and name not in there:
            column = "region"
        if column not in there:
            raise UnknownAttribute(name, there)
        made[name] = column
    return made


def with_columns(policy: c.Policy, kind: str, types: Mapping[str, Type]) -> c.Policy:
    """The same policy, knowing further columns of a kind that may be missing; it reads no more than before.

    What the policy declares itself stays as it declares it.
    """
    declared = policy.kinds[kind]
    fresh = {
        name: Declared(name, replace(type_, optional=True))
        for name, type_ in types.items()
        if name not in declared.columns
    }
    if not fresh:
        return policy
    return replace(policy, kinds={**policy.kinds, kind: FactKind(kind, {**declared.columns, **fresh})})


def group_of_reps(
    facts: Facts, attribute: str, column: str, period: Period, currency: str = "", live: World | None = None
) -> dict[str, str]:
    """The group of every rep by key, in the order of keys, as of the last day of a period on which the rep is there.

    Tenure is in completed months up to the last day of the period. `live`: the facts as they stand, where they are
    other and more by now.
    """
    world, within = live or World(facts), of_period(period)
    made: dict[str, str] = {}
    for row in range(world.rows("rep")):
        value = cell_of_rep(world, row, column, within)
        tenure = attribute == TENURE and isinstance(value, int)
        months = int(whole_months(value, period.end - 1)) if isinstance(value, int) else 0
        made[world.key("rep", row)] = _band(months) if tenure else _label(value, column, world, currency)
    return made


def cell_of_rep(world: World, row: int, column: str, within: tuple[int, int]) -> Scalar:
    """A value of a rep as of the last day of a window (in seconds) on which the rep is there; else the latest."""
    if "rep" not in world.dated:
        return world.cell("rep", row, column)
    if not world.holds("rep", row, *within):
        return world.cell("rep", row, column)
    return world.cell_within("rep", row, column, *within)


def _label(value: Scalar, column: str, world: World, currency: str) -> str:
    if value is None or value == "":
        return NO_GROUP
    declared = world.facts.table("rep").kind.columns[column].type
    if declared.name == "ref" and isinstance(value, int):
        return world.key(declared.kind or "rep", value)
    if isinstance(value, frozenset):
        return "; ".join(sorted(value)) or NO_GROUP
    if declared.name == "date" and isinstance(value, int):
        return format_day(value)
    return value if isinstance(value, str) else show(value, declared, currency)


def _band(months: int) -> str:
    return next((word for bound, word in _BANDS if months < bound), _LONGEST)


def group_order(label: str) -> tuple[int, str]:
    """Groups in the order in which they are shown: bands of tenure as they grow, texts by name, none last."""
    bands = [word for _, word in _BANDS] + [_LONGEST]
    if label in bands:
        return bands.index(label), ""
    return (len(bands) + 1, "") if label == NO_GROUP else (len(bands), label)
