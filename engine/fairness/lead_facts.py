"""What is known of a lead beside who got it: its worth, its segment, when it came and when somebody first called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..calendar.days import SECONDS_PER_DAY
from ..facts import Facts, FactTable, Scalar

__all__ = ["QUALITIES", "LeadFact", "lead_facts"]

QUALITIES = ("value", "score")
"""Columns by which one lead may be better than another."""

_MOMENTS = ("created", "first_contact")


@dataclass(frozen=True, slots=True)
class LeadFact:
    """A lead; money in minor units, moments in seconds by the policy's clocks, None where it is not known.

    `owner`: who had it by the file, of whom `first_contact` then speaks.
    """

    segment: str = ""
    qualities: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    created: int | None = None
    first_contact: int | None = None
    owner: str | None = None


def lead_facts(facts: Facts, kind: str, segment: str = "segment") -> dict[str, LeadFact]:
    """Every row of a kind by its key, as far as its columns were read."""
    table = facts.table(kind)
    numbers = [name for name in QUALITIES if name in table.columns]
    reps = facts.tables.get("rep")
    made: dict[str, LeadFact] = {}
    for row, key in enumerate(table.keys):
        qualities = {
            name: Fraction(value) for name in numbers if isinstance(value := table.cell(row, name), int | Fraction)
        }
        created, contact = (_moment(table, row, name) for name in _MOMENTS)
        owner = _cell(table, row, "owner")
        made[key] = LeadFact(
            _word(_cell(table, row, segment)), qualities, created, contact,
            reps.keys[owner] if reps is not None and isinstance(owner, int) else None,
        )  # fmt: skip
    return made


def _cell(table: FactTable, row: int, column: str) -> Scalar:
    return table.cell(row, column) if column in table.columns else None


def _moment(table: FactTable, row: int, column: str) -> int | None:
    value = _cell(table, row, column)
    if not isinstance(value, int):
        return None
    return value * SECONDS_PER_DAY if table.kind.columns[column].type.name == "date" else value


def _word(value: Scalar) -> str:
    if isinstance(value, frozenset):
        return "; ".join(sorted(value))
    return "" if value is None else str(value)
