"""Which types may be combined, and what comes out."""

from __future__ import annotations

from .types import COUNT, DAYS, MONTHS, NUMBER, PERIOD_MONTHS, RATE, UNKNOWN, Type

__all__ = ["combine", "comparable", "unify"]


def unify(left: Type, right: Type) -> Type | None:
    """The type of a value that is either; None where they do not fit."""
    optional = left.optional or right.optional
    left, right = left.required, right.required
    if left.name == "unknown" or right.name == "unknown":
        return UNKNOWN
    if left == right:
        return left.maybe(optional)
    if {left.name, right.name} <= {"number", "count"}:
        return NUMBER.maybe(optional)
    if left.name == right.name == "text":
        return Type("text", optional=optional)
    return None


def comparable(left: Type, right: Type) -> bool:
    """Whether `is` or `<` may stand between values of these types."""
    if unify(left, right) is not None:
        return True
    names = {left.name, right.name}
    return names <= {"place", "count", "number"} or names <= {"key", "text"}


def combine(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right` (neither optional); None where the units do not fit.

    A division may be by zero: whether its value is optional is the caller's to say.
    """
    if left.name == "unknown" or right.name == "unknown":
        return UNKNOWN
    if op in "+-":
        return _sum(op, left, right)
    return _product(left, right) if op == "*" else _quotient(left, right)


def _sum(op: str, left: Type, right: Type) -> Type | None:
    if left.is_quantity and right.is_quantity:
        return unify(left, right)
    if left.name == "date" and right.name in {"days", "months"}:
        return left
    if left.name == "moment" and right.name == "days":
        return left
    if op == "-" and left.name == right.name and left.name in {"date", "moment"}:
        return DAYS
    return None


def _product(left: Type, right: Type) -> Type | None:
    if right.name in {"money", "days", "months"} and left.name not in {"money", "days", "months"}:
        left, right = right, left
    if left.name == "money":
        if left.per is not None and right.name == "months" and left.per in PERIOD_MONTHS:
            return Type("money", currency=left.currency)
        return left if right.is_plain else None
    if left.name in {"days", "months"}:
        return left if right.name in {"count", "number"} else None
    if left.is_plain and right.is_plain:
        if left.name == right.name == "count":
            return COUNT
        return RATE if left.name == right.name == "rate" else NUMBER
    return None


def _quotient(left: Type, right: Type) -> Type | None:
    if left.name == right.name and left.name in {"money", "days", "months"}:
        same = left.currency == right.currency and left.per == right.per
        return RATE if same else None
    if left.name == "money" and right.is_plain:
        return left
    if left.is_plain and right.is_plain:
        return RATE
    if left == MONTHS and right.is_plain:
        return NUMBER
    return None
