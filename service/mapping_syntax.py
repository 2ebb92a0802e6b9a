"""The keys of a mapping file: each checked against the kinds of fact, every mistake said at once."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeGuard, cast

from ..dsl.schema import REP_TYPE_WORDS, VERSION_COLUMNS, Column, FactKind
from ..engine.intake.cells import Formats
from ..engine.intake.raw_table import Plain
from ..engine.money import parse_number
from ..engine.wording.spelling import did_you_mean
from .mapping import FactMapping, KindMapping, MappingProblem, MappingRefused, Source, Unpivot

__all__ = ["mapping_in"]

_FORMATS = ("dates", "decimal", "thousands", "scale")
_SOURCE = ("column", "from", "with", "constant", "by", "values", *_FORMATS)
_SAMPLE = datetime(2026, 4, 30, 13, 45, 10)  # noqa: DTZ001 - only its digits matter


def mapping_in(said: Mapping[str, object], file: str, kinds: Mapping[str, FactKind]) -> FactMapping:
    """The mapping that a parsed file says. Raises `MappingRefused`."""
    reading = _Reading(file, kinds)
    found = FactMapping(file, {kind: reading.kind(kind, table) for kind, table in said.items()})
    if reading.problems:
        raise MappingRefused(tuple(reading.problems))
    return found


class _Reading:
    """Reads the tables of a mapping file and collects what is wrong in them."""

    def __init__(self, file: str, kinds: Mapping[str, FactKind]) -> None:
        self.file, self.kinds = file, kinds
        self.problems: list[MappingProblem] = []

    def wrong(self, key: str, message: str, advice: str = "") -> None:
        """Notes a mistake."""
        self.problems.append(MappingProblem(self.file, key, message, advice))

    def kind(self, name: str, said: object) -> KindMapping:
        """The table of a kind: `[deal]` and what is below it."""
        kind = self.kinds.get(name)
        if kind is None:
            advice = did_you_mean(name, self.kinds) or f"use one of {_names(self.kinds)}"
            self.wrong(name, f"there is no kind of fact `{name}`", advice)
            return KindMapping()
        table = self._table(name, said, ("columns", "formats", "unpivot", "trim", "encoding"))
        own = self._table(f"{name}.formats", table.get("formats", {}), _FORMATS)
        formats = self._formats(f"{name}.formats", own, Formats())
        columns = {
            column: source
            for column, told in self._named(f"{name}.columns", table.get("columns", {})).items()
            if (source := self._source(f"{name}.columns.{column}", kind, column, told, formats)) is not None
        }
        return KindMapping(
            columns,
            formats if own else None,
            self._unpivot(f"{name}.unpivot", table["unpivot"]) if "unpivot" in table else None,
            self._flag(f"{name}.trim", table.get("trim", False)),
            self._encoding(f"{name}.encoding", table.get("encoding")),
        )

    # Columns

    def _source(self, key: str, kind: FactKind, name: str, told: object, general: Formats) -> Source | None:
        column = kind.columns.get(name) or VERSION_COLUMNS.get(name)
        if column is None and name != "currency" and (name != "id" or kind.key is not None):
            advice = did_you_mean(name, kind.columns) or f"`{kind.name}` has {_names(kind.columns)}"
            self.wrong(key, f"`{kind.name}` has no column `{name}`; what stands left of `=` is ours", advice)
            return None
        if isinstance(told, str):
            return Source((told,))
        if not _is_table(told):
            advice = f'write it like {name} = "Their column"'
            self.wrong(key, "this is neither the name of a column nor a table", advice)
            return None
        before = len(self.problems)
        table = self._table(key, told, _SOURCE)
        origins = [word for word in ("column", "from", "constant") if word in table]
        if len(origins) != 1:
            if len(self.problems) > before:
                return None  # that is what is wrong
            self.wrong(key, "one of `column`, `from` and `constant` says where it comes from", "give exactly one")
            return None
        own = {word: table[word] for word in _FORMATS if word in table}
        if "scale" in own and (column is None or column.type.name != "money"):
            self.wrong(f"{key}.scale", f"`{name}` is not an amount of money", "leave `scale` out")
        return Source(
            self._origin(key, table),
            self._constant(key, column, table.get("constant")),
            self._text(f"{key}.with", table.get("with", "-")),
            self._by(key, column, table.get("by")),
            self._values(f"{key}.values", column, table.get("values", {})),
            self._formats(key, own, general) if own else None,
        )

    def _origin(self, key: str, table: Mapping[str, object]) -> tuple[str, ...]:
        if "from" in table:
            return self._texts(f"{key}.from", table["from"])
        if "with" in table:
            self.wrong(f"{key}.with", "`with` stands between the columns of `from`", "use both or neither")
        return (self._text(f"{key}.column", table["column"]),) if "column" in table else ()

    def _constant(self, key: str, column: Column | None, told: object) -> Plain:
        if told is None:
            return None
        if column is not None and column.type.name == "key":
            advice = 'build it from columns, such as from = ["order", "line"]'
            self.wrong(f"{key}.constant", "a key differs from row to row", advice)
        if isinstance(told, str | int | Decimal | date | time):
            return told
        self.wrong(f"{key}.constant", "this is not one value", "write a text, a number or a date")
        return None

    def _by(self, key: str, column: Column | None, told: object) -> str | None:
        if told is None:
            return None
        if column is None or column.type.name != "ref":
            self.wrong(f"{key}.by", "only a reference is looked up by another column", "leave `by` out")
            return None
        return self._text(f"{key}.by", told)

    def _values(self, key: str, column: Column | None, told: object) -> dict[str, str]:
        found: dict[str, str] = {}
        for word, meant in self._named(key, told).items():
            if isinstance(meant, dict | list):
                self.wrong(f"{key}.{word}", "this is not one value", "write a text or a number")
                continue
            found[word] = str(meant).lower() if isinstance(meant, bool) else str(meant)
            options = column.type.options if column is not None else ()
            if options and found[word] not in (*options, *REP_TYPE_WORDS, ""):
                advice = did_you_mean(found[word], options) or f"use one of {_names(options)}"
                self.wrong(f"{key}.{word}", f"`{found[word]}` is not a value of the column", advice)
        return found

    # The rest

    def _formats(self, key: str, table: Mapping[str, object], general: Formats) -> Formats:
        before = len(self.problems)
        dates = self._texts(f"{key}.dates", table["dates"]) if "dates" in table else general.dates
        for form in dates:
            self._check_date_format(f"{key}.dates", form)
        decimal = self._text(f"{key}.decimal", table.get("decimal", general.decimal))
        # Where a comma marks decimals, it cannot stand between thousands too.
        other = "." if decimal == "," else general.thousands
        thousands = self._text(f"{key}.thousands", table.get("thousands", other))
        if len(self.problems) == before and not _can_separate(decimal, thousands):
            advice = 'use two different marks, such as decimal = "," and thousands = "."'
            self.wrong(key, f"`{decimal}` and `{thousands}` cannot separate digits", advice)
        scale = table.get("scale", general.scale)
        if isinstance(scale, bool) or not isinstance(scale, int) or scale < 1:
            self.wrong(f"{key}.scale", "this is not a whole number above 0", "write 1000 for thousands")
            scale = 1
        return Formats(dates, decimal, thousands, scale)

    def _check_date_format(self, key: str, form: str) -> None:
        try:
            back = datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007 - a sample
        except ValueError:
            back = None
        if back is None or (back.year, back.month) != (_SAMPLE.year, _SAMPLE.month):
            advice = 'write it like "%d.%m.%Y": %d is the day, %m the month, %Y the year'
            self.wrong(key, f"`{form}` is not the format of a date", advice)

    def _unpivot(self, key: str, told: object) -> Unpivot | None:
        table = self._table(key, told, ("columns", "into", "value", "skip_blank"))
        missing = [word for word in ("columns", "into", "value") if word not in table]
        if missing:
            self.wrong(key, f"{_names(missing)} is missing", "give `columns`, `into` and `value`")
            return None
        return Unpivot(
            self._texts(f"{key}.columns", table["columns"]),
            self._text(f"{key}.into", table["into"]),
            self._text(f"{key}.value", table["value"]),
            self._flag(f"{key}.skip_blank", table.get("skip_blank", False)),
        )

    def _encoding(self, key: str, told: object) -> str | None:
        if told is None:
            return None
        name = self._text(key, told)
        try:
            codecs.lookup(name)
        except LookupError:
            self.wrong(key, f"there is no encoding `{name}`", "use `utf-8`, `gb18030` or `cp1252`")
        return name

    # Shapes

    def _table(self, key: str, told: object, known: tuple[str, ...]) -> Mapping[str, object]:
        table = self._named(key, told)
        for word in table:
            if word not in known:
                advice = did_you_mean(word, known) or f"use {_names(known)}"
                self.wrong(f"{key}.{word}", f"there is no setting `{word}` here", advice)
        return {word: value for word, value in table.items() if word in known}

    def _named(self, key: str, told: object) -> Mapping[str, object]:
        if _is_table(told):
            return told
        self.wrong(key, "this is not a table of `name = value`", "write it as one")
        return {}

    def _text(self, key: str, told: object) -> str:
        if isinstance(told, str):
            return told
        self.wrong(key, "this is not a text", "put it in quotes")
        return ""

    def _texts(self, key: str, told: object) -> tuple[str, ...]:
        words = cast("list[object]", told) if isinstance(told, list) else []
        found = tuple(word for word in words if isinstance(word, str))
        if not found or len(found) < len(words):
            self.wrong(key, "this is not a list of texts", 'write it like ["one", "two"]')
        return found

    def _flag(self, key: str, told: object) -> bool:
        if not isinstance(told, bool):
            self.wrong(key, "this is neither true nor false", "write `true` or `false`")
        return told is True


def _can_separate(decimal: str, thousands: str) -> bool:
    try:
        parse_number("1", decimal, thousands)
    except ValueError:
        return False
    return True


def _is_table(told: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(told, dict)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
