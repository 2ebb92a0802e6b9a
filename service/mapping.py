"""Mapping files: whose column is which, for exports of other systems (TOML, see docs/facts.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ..dsl.schema import FactKind
from ..engine.intake.cells import Formats
from ..engine.intake.raw_table import Plain, RawTable

__all__ = [
    "FactMapping",
    "KindMapping",
    "MappingProblem",
    "MappingRefused",
    "Source",
    "Unpivot",
    "read_mapping",
]


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One mistake: the mapping file, the key in it (`deal.columns.owner`), what is wrong, what to do."""

    file: str
    key: str
    message: str
    help: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.key}" if self.key else self.file
        return f"{place}: {self.message}; {self.help}" if self.help else f"{place}: {self.message}"


class MappingRefused(Exception):
    """A mapping that cannot be used; `problems` are all of its mistakes, the text is one line each."""

    def __init__(self, problems: tuple[MappingProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column of ours comes from: columns of the file (several are joined by `between`) or a constant.

    `by`: for a reference, the column of the other kind by which it is named. `values`: from what stands in
    the file to what is meant. `formats`: those of this column where they differ from the file's.
    """

    columns: tuple[str, ...] = ()
    constant: Plain = None
    between: str = "-"
    by: str | None = None
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    formats: Formats | None = None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Wide to long: each of `columns` becomes a row with its name in `into` and its cell in `value`."""

    columns: tuple[str, ...]
    into: str
    value: str
    skip_blank: bool = False


@dataclass(frozen=True, slots=True)
class KindMapping:
    """What is said about the file of one kind."""

    columns: Mapping[str, Source] = field(default_factory=dict[str, Source])
    formats: Formats | None = None
    unpivot: Unpivot | None = None
    trim: bool = False
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class FactMapping:
    """A mapping file. `formats`, `translations` and `joins` are what `take_in` asks for."""

    file: str = ""
    kinds: Mapping[str, KindMapping] = field(default_factory=dict[str, KindMapping])

    def encoding(self, kind: str) -> str | None:
        """The encoding that the file of a kind is said to have."""
        return self.kinds.get(kind, KindMapping()).encoding

    def apply(self, kind: str, raw: RawTable) -> RawTable:
        """The file of a kind with our columns in place of its own. Raises `MappingRefused`."""
        from .mapped_table import mapped

        found = self.kinds.get(kind)
        return raw if found is None else mapped(raw, found, self.file, kind)

    @property
    def formats(self) -> dict[str, Formats]:
        """By kind, and by `kind.column`."""
        found = {kind: said.formats for kind, said in self.kinds.items() if said.formats is not None}
        for place, source in self._sources().items():
            if source.formats is not None:
                found[place] = source.formats
        return found

    @property
    def translations(self) -> dict[str, Mapping[str, str]]:
        """By `kind.column`: what stands in the file to what is meant."""
        return {place: source.values for place, source in self._sources().items() if source.values}

    @property
    def joins(self) -> dict[str, str]:
        """By `kind.column` of a reference: the column by which the rows of the other kind are named."""
        return {place: source.by for place, source in self._sources().items() if source.by is not None}

    def _sources(self) -> dict[str, Source]:
        return {
            f"{kind}.{column}": source for kind, said in self.kinds.items() for column, source in said.columns.items()
        }


def read_mapping(path: str | Path, kinds: Mapping[str, FactKind]) -> FactMapping:
    """The mapping in a file. Raises `MappingRefused` with every mistake in it."""
    from .mapping_syntax import mapping_in

    name = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise MappingRefused((MappingProblem(name, "", "the file is not UTF-8", "save it as UTF-8"),)) from None
    except OSError:
        advice = "check the name and the folder"
        raise MappingRefused((MappingProblem(name, "", "there is no such file", advice),)) from None
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        advice = "correct it: a mapping file is TOML"
        raise MappingRefused((MappingProblem(name, "", _lower(str(error)), advice),)) from None
    return mapping_in(said, name, kinds)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
