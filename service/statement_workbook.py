"""A statement as a workbook: totals, lines, and below each line its because, folded away.

Amounts are numbers with a number format; every other cell is text, whatever it begins with: nothing that a name or a
key holds is ever a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..dsl.currency import minor_digits
from ..dsl.width import shown
from ..engine.calendar.days import format_day
from ..engine.derivations.derivation import is_silent
from ..engine.money import plain_amount
from .sheet_files import package
from .statement_html import StatementPages, component_name
from .statement_page import Page, PageComponent, PageLine

__all__ = ["write_workbook"]

_LONGEST_CELL = 32_000
_DEEPEST = 7  # levels of an outline that a workbook may have, besides the rows themselves


def write_workbook(path: Path, page: Page, pages: StatementPages) -> None:
    """Write a statement; `pages` gives the words and the language."""
    book = _Book(page, pages, path.name)
    book.summary()
    book.lines()
    book.derivations()
    part = path.with_name(f".{path.name}.part")
    book.book.save(part)
    part.replace(path)


class _Book:
    def __init__(self, page: Page, pages: StatementPages, name: str) -> None:
        openpyxl, styles = package("openpyxl", name), package("openpyxl.styles", name)
        self.page, self.words, self.pages = page, pages.words, pages
        self.book: Any = openpyxl.Workbook()
        self.bold, self.large = styles.Font(bold=True), styles.Font(bold=True, size=14)
        self.wrap = styles.Alignment(wrap_text=True, vertical="top")
        digits = minor_digits(pages.policy.currency)
        self.number = "#,##0" + ("." + "0" * digits if digits else "")

    # --- cells -----------------------------------------------------------------------------------------------

    def _text(self, sheet: Any, row: int, column: int, text: str, font: Any = None) -> None:
        if not text:
            return
        cell = sheet.cell(row=row, column=column)
        cell.value = shown(text)[:_LONGEST_CELL]
        cell.data_type = "s"  # openpyxl takes what begins with `=` for a formula
        cell.quotePrefix = True
        if font is not None:
            cell.font = font

    def _amount(self, sheet: Any, row: int, column: int, minor: int, font: Any = None) -> None:
        cell = sheet.cell(row=row, column=column, value=Decimal(plain_amount(minor, self.pages.policy.currency)))
        cell.number_format = self.number
        if font is not None:
            cell.font = font

    def _headers(self, sheet: Any, row: int, headers: Sequence[str], widths: Sequence[int]) -> None:
        for column, (header, width) in enumerate(zip(headers, widths, strict=True), start=1):
            self._text(sheet, row, column, header, self.bold)
            sheet.column_dimensions[chr(64 + column)].width = width

    def _sheet(self, title: str, *, first: bool = False) -> Any:
        sheet = self.book.active if first else self.book.create_sheet()
        sheet.title = title
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.sheet_properties.outlinePr.summaryBelow = False
        return sheet

    # --- sheets ----------------------------------------------------------------------------------------------

    def summary(self) -> None:
        """Who, when, by which policy; what it is made of; awards; what was not paid, and why."""
        page, w = self.page, self.words
        sheet = self._sheet(w("sheet.statement"), first=True)
        self._headers(sheet, 1, ("", "", ""), (28, 44, 18))
        self._text(sheet, 1, 1, f"{w('statement')}{w('colon')}{page.detail('name') or page.rep}", self.large)
        row = 2
        for label, text in self._facts():
            self._text(sheet, row, 1, label)
            self._text(sheet, row, 2, text)
            row += 1
        row += 1
        self._headers(sheet, row, (w("scheme"), w("component"), self._amount_header()), (28, 44, 18))
        for part in page.components:
            row += 1
            self._text(sheet, row, 1, part.scheme)
            self._text(sheet, row, 2, component_name(part, w))
            self._amount(sheet, row, 3, part.amount)
        row += 1
        self._text(sheet, row, 1, w("total"), self.bold)
        self._amount(sheet, row, 3, page.total, self.bold)
        for title, pairs in self._sections():
            row += 2
            self._text(sheet, row, 1, title, self.bold)
            for first, second in pairs:
                row += 1
                self._text(sheet, row, 1, first)
                self._text(sheet, row, 2, second)
                sheet.cell(row=row, column=2).alignment = self.wrap

    def _facts(self) -> list[tuple[str, str]]:
        page, w, policy = self.page, self.words, self.pages.policy
        made = [(w("rep"), page.rep)]
        for column, text in page.details:
            made.append((w(column), w.type_of_rep(text) if column == "type" else text))
        first, last = format_day(page.period.start), format_day(page.period.end - 1)
        made.append((w("period"), f"{w.period(page.period)} ({w('days', first=first, last=last)})"))
        made.append((w("policy"), " ".join(filter(None, (policy.name, policy.version)))))
        hashes = w("hashes.value", policy=policy.hash[:16], facts=self.pages.facts_hash[:16])
        return [*made, (w("hashes"), hashes)]

    def _sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        page, w = self.page, self.words
        unpaid = [(component_name(part, w), part.reason) for part in page.components if part.reason]
        awards = [(title, w("award.to", to=to) if to not in {"", page.rep} else "") for title, to in page.awards]
        basis = [(one.account, " · ".join(filter(None, (one.value, one.on, one.when)))) for one in page.basis]
        flow = [(w(f"flow.{due.state}", day=format_day(due.day)), self.pages.money(due.amount)) for due in page.dues]
        balances = [
            (
                f"{one.component}{w('comma')}{w(f'balance.{one.of}')}",
                f"{self.pages.money(one.before)} → {self.pages.money(one.after)}",
            )
            for one in page.balances
        ]
        sections = [
            (w("flow"), flow),
            (w("balances"), balances),
            (w("nothing"), [(reason, "") for reason in page.reasons]),
            (w("awards"), awards),
            (w("unpaid"), unpaid),
            (w("remarks"), [(remark, "") for remark in page.remarks]),
            (w("basis"), basis),
        ]
        return [(title, pairs) for title, pairs in sections if pairs]

    def _amount_header(self) -> str:
        return f"{self.words('amount')} ({self.pages.voice.money(self.pages.policy.currency)})"

    def lines(self) -> None:
        """Every line, and below it the step from its component, folded away."""
        w = self.words
        sheet = self._sheet(w("sheet.lines"))
        headers = (w("scheme"), w("component"), w("date"), w("row"), w("credited"), self._amount_header())
        self._headers(sheet, 1, headers, (18, 26, 12, 30, 22, 18))
        sheet.freeze_panes = "A2"
        row = 1
        for part in self.page.components:
            for line in part.lines:
                row = self._line(sheet, row + 1, part, line)
        row += 1
        self._text(sheet, row, 1, w("total"), self.bold)
        self._amount(sheet, row, 6, self.page.total, self.bold)

    def _line(self, sheet: Any, row: int, part: PageComponent, line: PageLine) -> int:
        w = self.words
        key = line.key or (w("rest") if line.because is not None else w("whole"))
        texts = (part.scheme, component_name(part, w), line.day, key, line.credited)
        for column, text in enumerate(texts, start=1):
            self._text(sheet, row, column, text)
        self._amount(sheet, row, 6, line.amount)
        return self._tree(sheet, row, line.steps, 4, hidden=True)

    def derivations(self) -> None:
        """How each component came about."""
        w = self.words
        sheet = self._sheet(w("sheet.because"))
        self._headers(sheet, 1, (w("component"), "", "", w("column.explained"), w("amount")), (26, 2, 2, 90, 26))
        row = 1
        for part in self.page.components:
            row += 1
            self._text(sheet, row, 1, component_name(part, w), self.bold)
            self._text(sheet, row, 4, part.reason)
            self._text(sheet, row, 5, self.pages.money(part.amount), self.bold)
            row = self._tree(sheet, row, part.steps, 4, hidden=False)

    def _tree(self, sheet: Any, row: int, steps: Sequence[dict[str, Any]], column: int, *, hidden: bool) -> int:
        """Steps below each other, each level one deeper in the outline; the last row that was written."""

        def write(step: dict[str, Any], level: int) -> None:
            nonlocal row
            row += 1
            self._text(sheet, row, column, f"{'  ' * (level - 1)}{step['says']}")
            self._text(sheet, row, column + 1, step["value"])
            outline = sheet.row_dimensions[row]
            outline.outlineLevel = min(level, _DEEPEST)
            outline.hidden = hidden or level > 1
            for part in step.get("parts", ()):
                if not is_silent(part):
                    write(part, level + 1)

        for step in steps:
            write(step, 1)
        return row
