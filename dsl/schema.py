"""The kinds of fact that a policy may read: the standard ones and those it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .source import NOWHERE, Span
from .types import COUNT, DATE, FLAG, KEY, MOMENT, MONEY, TEXT, Type, ref, set_of

__all__ = [
    "CAME", "ENDED", "MOVES", "REP_TYPES", "REP_TYPE_WORDS", "STANDARD", "VERSION_COLUMNS", "WRITTEN", "Column",
    "FactKind",
]  # fmt: skip

REP_TYPES = ("competitive", "achievement", "self_appreciation", "conservative")
# The Chinese names of the types are accepted in data wherever the English ones are.
REP_TYPE_WORDS: Mapping[str, str] = {
    "竞争型": "competitive",
    "成就型": "achievement",
    "自我欣赏型": "self_appreciation",
    "守成型": "conservative",
    "self-appreciation": "self_appreciation",
    "self appreciation": "self_appreciation",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind of fact: name, type, and the least value it may hold (`>= 0`, `> 0`) if declared."""

    name: str
    type: Type
    least: Fraction | None = None
    least_included: bool = True
    span: Span = field(default=NOWHERE, compare=False, repr=False)


VERSION_COLUMNS: Mapping[str, Column] = {
    "valid_from": Column("valid_from", DATE.maybe()),
    "valid_until": Column("valid_until", DATE.maybe()),
    "known_at": Column("known_at", MOMENT.maybe()),
}
"""Columns that a file of any kind may have, declared or not: the days on which a row holds (both included), and
when it became known. One key may then stand in several rows."""


@dataclass(frozen=True, slots=True)
class FactKind:
    """What rows of a kind look like; `columns` by name, in the order declared."""

    name: str
    columns: Mapping[str, Column]

    @property
    def key(self) -> Column | None:
        """The column that names a row, or None where none is declared."""
        return next((column for column in self.columns.values() if column.type.name == "key"), None)

    @property
    def dated(self) -> Column | None:
        """The date by which rows fall into periods: the standard one, or the only date or moment column."""
        standard = _DATED.get(self.name, "")
        if standard in self.columns:
            return self.columns[standard]
        found = [column for column in self.columns.values() if column.type.name in {"date", "moment"}]
        return found[0] if len(found) == 1 else None

    @property
    def arrives(self) -> Column | None:
        """The date by which facts come to be decided: `created` where there is one, else what dates the kind."""
        created = self.columns.get("created")
        return created if created is not None and created.type.name in {"date", "moment"} else self.dated


_DATED = {"deal": "closed", "lead": "created", "activity": "at", "assignment": "began", "move": "at"}


def _kind(kind: str, /, **columns: Type) -> FactKind:
    return FactKind(kind, {column: Column(column, type_) for column, type_ in columns.items()})


_TEXT = TEXT.maybe()
_REP_TYPE = Type("text", options=REP_TYPES)
_QUARTERLY = Type("money", per="quarter")

_WRITTEN = {
    "offered": ref("rep", optional=True), "last_owner": ref("rep", optional=True), "claimed": MOMENT.maybe(),
    "confirmed": MOMENT.maybe(), "returned": MOMENT.maybe(), "extended": MOMENT.maybe(), "desk": TEXT.maybe(),
}  # fmt: skip
_SUBJECT = {
    "lead": ref("lead", optional=True), "deal": ref("deal", optional=True), "account": ref("account", optional=True),
}  # fmt: skip

WRITTEN = ("owner", "assigned", *_WRITTEN)
"""Columns that an assignment writes where the kind that it assigns declares them."""

MOVES = ("accept", "decline", "confirm", "release", "return", "transfer", "override", "claim", "extend", "close")
"""What people do with a fact that is assigned, or could be."""

CAME = ("assigned", "offered", "claimed", "transferred", "manual", "given")
ENDED = (
    "declined", "lapsed", "released", "returned", "reassigned", "held", "transferred", "overridden", "closed",
    "withdrawn",
)  # fmt: skip

STANDARD: Mapping[str, FactKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "rep",
            id=KEY, name=_TEXT, type=_REP_TYPE, team=TEXT, region=TEXT, role=TEXT, manager=ref("rep", optional=True),
            mentor=ref("rep", optional=True), hired=DATE, left=DATE.maybe(), quota=_QUARTERLY, on_duty=FLAG,
            capacity=COUNT, skills=set_of(TEXT), languages=set_of(TEXT), declared_goal=COUNT,
        ),
        _kind("team", id=KEY, name=_TEXT, manager=ref("rep", optional=True)),
        _kind(
            "account",
            id=KEY, name=_TEXT, owner=ref("rep", optional=True), region=TEXT, industry=TEXT, segment=TEXT,
            potential=MONEY,
        ),
        _kind(
            "lead",
            id=KEY, created=MOMENT, name=_TEXT, source=TEXT, region=TEXT, industry=TEXT, language=TEXT, segment=TEXT,
            value=MONEY, score=COUNT, status=TEXT, owner=ref("rep", optional=True), assigned=MOMENT.maybe(),
            account=ref("account", optional=True), account_owner=ref("rep", optional=True),
            first_contact=MOMENT.maybe(), **_WRITTEN,
        ),
        _kind(
            "deal",
            id=KEY, owner=ref("rep"), amount=MONEY, stage=Type("text", options=("open", "won", "lost")),
            closed=DATE.maybe(), created=DATE.maybe(), account=ref("account", optional=True),
            lead=ref("lead", optional=True), kind=TEXT, product=TEXT, region=TEXT, collected=MONEY,
        ),
        _kind(
            "activity",
            id=KEY, rep=ref("rep"), at=MOMENT, kind=TEXT, account=ref("account", optional=True),
            deal=ref("deal", optional=True), lead=ref("lead", optional=True),
        ),
        _kind(
            "assignment",
            id=KEY, **_SUBJECT, rep=ref("rep"), began=MOMENT, came=Type("text", options=CAME), accepted=MOMENT.maybe(),
            ended=MOMENT.maybe(), how=Type("text", options=ENDED, optional=True), by=_TEXT, reason=_TEXT, number=COUNT,
            later=COUNT,
        ),
        _kind(
            "move",
            id=KEY, at=MOMENT, **_SUBJECT, what=Type("text", options=MOVES), rep=ref("rep", optional=True), by=_TEXT,
            to=ref("rep", optional=True), until=MOMENT.maybe(), reason=_TEXT,
        ),
    )
}  # fmt: skip
