"""The files of statements: pages and workbooks, one a statement; an index; and two tables for machines."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..engine.calendar.periods import Period
from .statement_html import Entry, StatementPages
from .statement_page import Page, PageMaker
from .statement_tables import StatementTables
from .written import written_whole

__all__ = ["FORMS", "StatementFiles", "Statements", "file_stem"]

FORMS = ("html", "xlsx", "csv", "parquet")
"""How statements can be written."""

_LONGEST = 60


def file_stem(rep: str, period: Period, *, alone: bool) -> str:
    """The name of a statement's file, without its ending: letters and digits of any script, `.`, `_` and `-`.

    Where the rep's key is written otherwise, or not `alone` (another key differs in case only), a hash sets it apart.
    """
    plain = re.sub(r"[^\w.-]+", "_", rep).strip("._")[:_LONGEST]
    if plain != rep or not alone:
        plain = f"{plain}~{hashlib.blake2b(rep.encode(), digest_size=4).hexdigest()}"
    return f"{plain}_{period}"


@dataclass(frozen=True, slots=True)
class StatementFiles:
    """Where statements are written."""

    folder: Path

    @property
    def index(self) -> Path:
        """The page that leads to all others."""
        return self.folder.joinpath("index.html")

    def table(self, name: str, form: str) -> Path:
        """A table for machines: `lines` or `components`, as `csv` or `parquet`."""
        return self.folder.joinpath(f"statement_{name}.{form}")

    @property
    def tables(self) -> tuple[Path, ...]:
        """All tables for machines."""
        return tuple(self.table(name, form) for name in ("lines", "components") for form in ("csv", "parquet"))


class Statements:
    """Writes statements one after the other; `close` adds what is about all of them."""

    def __init__(self, maker: PageMaker, files: StatementFiles, forms: tuple[str, ...]) -> None:
        self._maker, self._files, self._forms = maker, files, forms
        self._entries: list[Entry] = []
        self._tables = StatementTables(maker.policy.currency) if {"csv", "parquet"} & set(forms) else None
        self.written: list[str] = []
        self.complete = False
        files.folder.mkdir(parents=True, exist_ok=True)

    @property
    def count(self) -> int:
        """How many statements there are."""
        return len(self._entries)

    @property
    def total(self) -> int:
        """What they are about, in minor units."""
        return sum(entry.total for entry in self._entries)

    def add(self, rep: int, period: Period) -> None:
        """Write the statement of a rep (by row) and period."""
        page = self._maker.page(rep, period)
        stem = file_stem(page.rep, period, alone=self._alike[page.rep.casefold()] == 1)
        if "html" in self._forms:
            self._write(f"{stem}.html", self._pages.page(page))
        if "xlsx" in self._forms:
            from .statement_workbook import write_workbook

            write_workbook(self._files.folder.joinpath(f"{stem}.xlsx"), page, self._pages)
        if self._tables is not None:
            self._tables.add(page)
        self._entries.append(_entry(page, f"{stem}.html"))

    def close(self, *, ties: bool) -> None:
        """Write the index and the tables; `ties`: these are all statements of the run."""
        self.complete = ties
        for form in self._forms:
            if form in {"html", "xlsx"}:
                self.written.append(f"{self.count:,} {form} file{'s' if self.count != 1 else ''}")
        if "html" in self._forms:
            self._write(self._files.index.name, self._pages.index(self._entries, self._maker.run.period, ties=ties))
            self.written.append(self._files.index.name)
        if self._tables is not None:
            for form in self._forms:
                if form in {"csv", "parquet"}:
                    self.written += [path.name for path in self._tables.write(self._files.table, form)]

    @cached_property
    def _pages(self) -> StatementPages:
        run = self._maker.run
        return StatementPages(run.policy, run.facts.hash, self._maker.explainer.language)

    @cached_property
    def _alike(self) -> Counter[str]:
        """How many reps have a key that differs in case only: some file systems take such names for the same."""
        return Counter(key.casefold() for key in self._maker.run.facts.table("rep").keys)

    def _write(self, name: str, text: str) -> None:
        with written_whole(self._files.folder.joinpath(name)) as out:
            out.write(text)


def _entry(page: Page, file: str) -> Entry:
    name, kind = page.detail("name") or page.rep, page.detail("type")
    return Entry(page.rep, name, kind, page.period, page.total, file)
