"""The files that payments in other currencies need: who is paid in which, and rates from their days on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...dsl.currency import UnknownCurrency, minor_digits
from ...engine.calendar.days import DayError, format_day, parse_day
from ...engine.money import AmountError, parse_number
from ...engine.pay_ledger.rates import PayoutCurrencies, Rate, Rates
from ...engine.wording.spelling import did_you_mean
from ..read_problem import ReadProblem
from ..readers import read_table
from ..stopped import Findings, WrongUse

__all__ = ["payout_currencies"]


def payout_currencies(currencies: str | None, rates: str | None) -> PayoutCurrencies | None:
    """What the two files say; None where neither was named. Raises `WrongUse` and `Findings` by file and row."""
    if currencies is None:
        if rates is not None:
            raise WrongUse("`--rates` converts nothing without `--currencies`", "name who is paid in which currency")
        return None
    by_rep: dict[str, str] = {}
    for place, (rep, currency) in _rows(currencies, "--currencies", ("rep", "currency")):
        if by_rep.setdefault(rep, _currency(place, currency)) != currency:
            raise Findings(f"{place}: {rep} has two currencies", "leave one of the rows")
    given = [] if rates is None else list(_rows(rates, "--rates", ("currency", "from", "rate")))
    return PayoutCurrencies(by_rep, Rates(_rate(place, *cells) for place, cells in given))


def _rows(file: str, option: str, columns: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each row as its place and its cells. Raises `WrongUse` for a file without these columns."""
    try:
        table = read_table(Path(file).expanduser(), empty_ok=True)
    except ReadProblem as problem:
        raise WrongUse(f"{file}: {problem.message}", problem.help) from None
    for name in columns:
        if name not in table.columns:
            advice = did_you_mean(name, table.columns) or f"`{option}` takes the columns {', '.join(columns)}"
            raise WrongUse(f"{file}: there is no column `{name}`", advice)
    if table.broken:
        raise Findings(f"{file}: {table.broken[0]}", "correct the row")
    cells = [table.columns[name].values() for name in columns]
    for line, row in zip(table.lines, zip(*cells, strict=True), strict=True):
        place = f"{file} row {line}"
        for name, value in zip(columns, row, strict=True):
            if value is None or not str(value).strip():
                raise Findings(f"{place}: `{name}` is empty", "fill it in, or remove the row")
        yield place, tuple(str(value).strip() for value in row)


def _currency(place: str, text: str) -> str:
    try:
        minor_digits(text)
    except UnknownCurrency as problem:
        raise Findings(f"{place}: {_bare(problem)}", problem.help) from None
    return text


def _rate(place: str, currency: str, first: str, text: str) -> Rate:
    try:
        day = format_day(parse_day(first))
    except DayError as problem:
        raise Findings(
            f"{place}: {_bare(problem)}", "write the day from which the rate holds like 2026-04-01"
        ) from None
    try:
        parse_number(text)
    except AmountError as problem:
        raise Findings(f"{place}: {_bare(problem)}", "write the rate as a decimal, such as `0.9215`") from None
    return Rate(_currency(place, currency), day, text)


def _bare(problem: UnknownCurrency | DayError | AmountError) -> str:
    """A message without its help."""
    return str(problem).removesuffix(f": {problem.help}")
