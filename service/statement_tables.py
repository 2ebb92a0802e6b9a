"""Statements as two tables for machines: components with their derivation, and lines with the step from there.

Together they hold all that is needed to compute every amount again (docs/statements.md lists the operations).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..dsl.currency import minor_digits
from ..engine.money import plain_amount
from .sheet_files import package
from .statement_page import Page
from .written import written_whole

__all__ = ["StatementTables"]

_PLACE = ("rep", "name", "period", "scheme", "component")
_LINES = ("line id", *_PLACE, "kind", "key", "date", "credited", "unit", "amount", "currency", "because", "due")
_COMPONENTS = (*_PLACE, "amount", "currency", "reason", "because")


class StatementTables:
    """Collects the rows of statements in a currency."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._lines: list[tuple[str, ...]] = []
        self._components: list[tuple[str, ...]] = []

    def add(self, page: Page) -> None:
        """The rows of a statement."""
        currency = self._currency
        for part in page.components:
            place = page.rep, page.detail("name"), str(page.period), part.scheme, part.name
            amount = plain_amount(part.amount, currency)
            self._components.append((*place, amount, currency, part.reason, _json(list(part.steps))))
            for line in part.lines:
                because = _json([line.because]) if line.because is not None else "[]"
                credited = _credited(line.exact, line.unit, currency)
                amount = plain_amount(line.amount, currency)
                self._lines.append(
                    (
                        line.id,
                        *place,
                        line.kind,
                        line.key,
                        line.day,
                        credited,
                        line.unit,
                        amount,
                        currency,
                        because,
                        _json(list(line.due)),
                    )
                )

    def write(self, path: Callable[[str, str], Path], form: str) -> list[Path]:
        """Both tables, as `csv` or `parquet`, where `path` says for a name and form."""
        tables = (("lines", _LINES, self._lines), ("components", _COMPONENTS, self._components))
        for name, headers, rows in tables:
            (_write_csv if form == "csv" else self._write_parquet)(path(name, form), headers, rows)
        return [path(name, form) for name, _, _ in tables]

    def _write_parquet(self, path: Path, headers: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        arrow, parquet = package("pyarrow", path.name), package("pyarrow.parquet", path.name)
        columns: dict[str, Any] = {}
        for place, header in enumerate(headers):
            texts = [row[place] for row in rows]
            if header == "amount":
                exact = arrow.decimal128(38, minor_digits(self._currency))
                columns[header] = arrow.array([Decimal(text) for text in texts], type=exact)
            else:
                columns[header] = arrow.array(texts, type=arrow.string())
        part = path.with_name(f".{path.name}.part")
        parquet.write_table(arrow.table(columns), part)
        part.replace(path)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _credited(exact: str, unit: str, currency: str) -> str:
    """What a row credits: amounts in the main unit, as a decimal where it ends, else as a fraction."""
    if unit != "money" or not exact:
        return exact
    value = Fraction(exact) / 10 ** minor_digits(currency)  # exact: fraction
    if value.denominator == 1 or (10**12) % value.denominator == 0:
        whole, part = divmod(abs((value * 10**12).numerator), 10**12)
        sign = "-" if value < 0 else ""
        return f"{sign}{whole}.{part:012d}".rstrip("0").rstrip(".")
    return str(value)


def _write_csv(path: Path, headers: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    with written_whole(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        writer.writerows(rows)
