"""The entries of a pay ledger: what each kind says, and its one text.

Amounts are minor units of the ledger's currency. Days are texts like `2026-04-10`, which order as they read; the
numbers of entries count from 1, and 0 stands for none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias, cast

from ..pay.line_table import line_id

__all__ = [
    "KINDS", "Answered", "Approved", "Carried", "Disputed", "Earned", "Founded", "NotAnEntry", "Paid", "Payable",
    "PeriodClosed", "PeriodOpened", "Place", "Record", "RowSeen", "body_of", "kind_of", "record_of",
]  # fmt: skip


class Place(NamedTuple):
    """Where a line stands; `period` is that of its scheme, `kind` and `key` name the row that carries it, if any."""

    rep: str
    period: str
    scheme: str
    component: str
    kind: str
    key: str

    @property
    def line(self) -> str:
        """The id of the line, as runs give it."""
        return line_id(*self)

    def __str__(self) -> str:
        row = f", {self.kind} {self.key}" if self.kind else ""
        return f"{self.rep}, {self.period}, {self.scheme}.{self.component}{row}"


@dataclass(frozen=True, slots=True)
class Founded:
    """The rules of the ledger. `negative`: `carry` or `deduct`. `rate_date`: `payment` or `period_end`.

    `rounding`: how a payment in another currency is rounded, as in a policy.
    """

    currency: str
    negative: str
    rate_date: str
    rounding: str


@dataclass(frozen=True, slots=True)
class PeriodOpened:
    """What is posted from here on is posted in this period; `first` and `last` are its days."""

    period: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    """Nothing more is posted in this period. `approval_above`: the limit beyond which payouts wait (null: none).

    `policy`, `facts`: hashes of their meaning; `text`: the SHA-256 of the policy's text, from which the period is
    worked out again. `restated`: earlier periods that are worked out under this policy from here on.
    """

    period: str
    policy: str
    text: str
    facts: str
    approval_above: int | None
    restated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowSeen:
    """What the facts said of a row, as far as the policy reads it; null: the row was no longer there."""

    kind: str
    key: str
    values: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Earned:
    """An amount on a line: earned in ledger period `earned_in`, posted in `posted_in`.

    `before`: what runs had posted on the line. `cause`: `earned`, or why it is an adjustment (`late`, `changed`,
    `gone`, `affected`, `restated`), or `answer` for one that settles a dispute. `because`: sentences. `corrects`: the
    entry that it adjusts. `policy` and `facts`: the hashes of what gave it.
    """

    line: str
    rep: str
    period: str
    scheme: str
    component: str
    kind: str
    key: str
    earned_in: str
    posted_in: str
    amount: int
    before: int
    cause: str
    because: tuple[str, ...]
    policy: str
    facts: str
    corrects: int

    @property
    def place(self) -> Place:
        """Where the line stands."""
        return Place(self.rep, self.period, self.scheme, self.component, self.kind, self.key)

    @property
    def is_adjustment(self) -> bool:
        """Whether it was posted later than it was earned, or by hand."""
        return self.cause != "earned"


@dataclass(frozen=True, slots=True)
class Payable:
    """A part of a line that may be paid from the day `due` on; `of` is the `Earned` entry that it belongs to."""

    line: str
    of: int
    due: str
    amount: int
    posted_in: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What waited may be paid: the statement of a rep in a period, or one line of it (`line` is empty otherwise)."""

    rep: str
    period: str
    line: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """Somebody doubts a line."""

    line: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to the dispute of that number; `adjustment` is the `Earned` entry that it led to (0: none)."""

    dispute: int
    by: str
    text: str
    adjustment: int


@dataclass(frozen=True, slots=True)
class Paid:
    """All parts of a rep that were due by `as_of` and not paid, in one amount.

    `payout`: the amount in minor units of `currency`; `rate`: its units for one unit of the ledger's currency, as it
    was written, in force on `rate_date` (both empty where the currencies are the same).
    """

    rep: str
    as_of: str
    amount: int
    currency: str
    payout: int
    rate: str
    rate_date: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What was due to a rep by `as_of` came to less than nothing, and waits for the next payment."""

    rep: str
    as_of: str
    amount: int


Record: TypeAlias = (
    Founded | PeriodOpened | PeriodClosed | RowSeen | Earned | Payable | Approved | Disputed | Answered | Paid | Carried
)

KINDS: dict[str, type[Any]] = {
    "founded": Founded,
    "opened": PeriodOpened,
    "closed": PeriodClosed,
    "row": RowSeen,
    "earned": Earned,
    "payable": Payable,
    "approved": Approved,
    "disputed": Disputed,
    "answered": Answered,
    "paid": Paid,
    "carried": Carried,
}
_NAMES = {made: name for name, made in KINDS.items()}
_FIELDS = {name: [(field.name, str(field.type)) for field in fields(made)] for name, made in KINDS.items()}


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_READER = json.JSONDecoder(parse_float=str)


class NotAnEntry(ValueError):
    """A text that is not the body of an entry."""


def kind_of(record: Record) -> str:
    """The word for the kind of a record."""
    return _NAMES[type(record)]


def body_of(record: Record) -> str:
    """The one JSON text of a record."""
    values = {name: getattr(record, name) for name, _ in _FIELDS[kind_of(record)]}
    return _WRITER.encode(values)


def record_of(kind: str, body: str) -> Record:
    """The record that a text says. Raises `NotAnEntry` for any other than `body_of` gives."""
    made, expected = KINDS.get(kind), _FIELDS.get(kind, [])
    try:
        values: Any = _READER.decode(body)
    except (ValueError, RecursionError):
        raise NotAnEntry("its text is not JSON") from None
    if made is None or not isinstance(values, dict):
        raise NotAnEntry(f"`{kind}` is no kind of entry")
    named = cast("dict[str, Any]", values)
    if set(named) != {name for name, _ in expected}:
        raise NotAnEntry(f"it does not have the fields of a `{kind}` entry")
    record = made(**{name: _value(type_, named[name]) for name, type_ in expected})
    if body_of(record) != body:
        raise NotAnEntry("its text is not written as this version writes it")
    return record


def _value(type_: str, value: Any) -> Any:
    """A value of JSON as the field's type. Raises `NotAnEntry`."""
    match type_, value:
        case "str", str():
            return value
        case (("int" | "int | None"), int()) if not isinstance(value, bool):
            return value
        case (("int | None" | "Mapping[str, str] | None"), None):
            return None
        case "tuple[str, ...]", list() if all(isinstance(item, str) for item in cast("list[Any]", value)):
            return tuple(cast("list[str]", value))
        case "Mapping[str, str] | None", dict() if all(
            isinstance(item, str) for item in cast("dict[str, Any]", value).values()
        ):
            return cast("dict[str, str]", value)
        case _:
            raise NotAnEntry("a field does not hold what it should")
