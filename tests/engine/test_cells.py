"""One cell: what a raw value means in a column of a given type, and that many at once mean the same."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.dsl.schema import STANDARD, Column, FactKind
from meed.dsl.types import (
    COUNT,
    DATE,
    DAYS,
    FLAG,
    KEY,
    MOMENT,
    MONEY,
    MONTHS,
    NUMBER,
    PLACE,
    RATE,
    TEXT,
    TIME,
    Type,
    set_of,
)
from meed.engine.facts import Facts, Scalar
from meed.engine.intake.bulk_cells import amounts_in_bulk, texts_in_bulk
from meed.engine.intake.cells import Reading, reader_of
from meed.engine.intake.intake import Formats, IntakeReport, RawTable, take_in
from meed.engine.intake.unreadable import Unreadable
from meed.engine.money import AmountError, parse_amount

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime.fromisoformat("1970-01-01")


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def of_cell(raw: Mapping[str, RawTable], kind: FactKind, formats: Formats | None = None) -> tuple[Facts, IntakeReport]:
    needed = {"thing": frozenset({"cell"})}
    return take_in(raw, {"thing": kind}, needed, currency="CNY", timezone="Asia/Shanghai", formats=formats or Formats())


def one_cell(type_: Type, value: object, formats: Formats | None = None) -> Scalar:
    """What a cell means in a column of a type; the message where it is unreadable."""
    kind = FactKind("thing", {"id": Column("id", KEY), "cell": Column("cell", type_)})
    raw = {"thing": RawTable("things.csv", {"id": ["t"], "cell": [value]})}
    facts, report = of_cell(raw, kind, formats)
    if report.problems:
        return report.problems[0].message
    return facts.table("thing").cell(0, "cell")


# Cells

CELLS: list[tuple[Type, object, Scalar]] = [
    (MONEY, "1,200.50", 120050),
    (MONEY, "¥1200.5", 120050),
    (MONEY, "(12.00)", -1200),
    (MONEY, "-0.01", -1),
    (MONEY, "28000.0000", 2800000),
    (MONEY, 1200, 120000),
    (MONEY, Decimal("1200.50"), 120050),
    (MONEY, 1234.56, 123456),
    (MONEY, np.float64(0.1), 10),
    (MONEY, np.float32(0.1), 10),
    (MONEY, np.int64(7), 700),
    (MONEY, Fraction(1, 4), 25),
    (Type("money", currency="JPY"), "1200", 1200),
    (Type("money", currency="KWD", per="month"), "1.234", 1234),
    (MONEY, 0.125, "`0.125` has more than 2 decimals"),
    (MONEY, float("inf"), "`Infinity` is too long"),
    (MONEY, Decimal("1e999999"), "`1E+999999` is too long"),
    (MONEY, True, "`true` is not a number"),
    (MONEY, date(2026, 4, 1), "`2026-04-01` is not a number"),
    (MONEY, "5%", "`5%` is not in `CNY`"),
    (RATE, "5%", Fraction(1, 20)),
    (RATE, "0.05", Fraction(1, 20)),
    (RATE, ".0120", Fraction(3, 250)),
    (RATE, 0.05, Fraction(1, 20)),
    (RATE, "150%", Fraction(3, 2)),
    (RATE, "1", 1),
    (NUMBER, "12.5", Fraction(25, 2)),
    (NUMBER, "1,200", 1200),
    (NUMBER, "5%", "`5%` is a rate"),
    (COUNT, "12.0", 12),
    (COUNT, 12.0, 12),
    (COUNT, "12.5", "`12.5` is not a whole number"),
    (COUNT, "2e3", "`2e3` is not a number"),
    (DAYS, "30", 30 * 86_400),
    (DAYS, "0.5", 43_200),
    (MONTHS, "18", 18),
    (TIME, "09:30", 34_200),
    (TIME, time(9, 30, 5), 34_205),
    (TIME, "25:00", "`25:00` is not a time of the day"),
    (FLAG, "Yes", True),
    (FLAG, "是", True),
    (FLAG, "否", False),
    (FLAG, 0, False),
    (FLAG, "Y", True),
    (FLAG, True, True),
    (FLAG, 1.0, True),
    (FLAG, 2, "`2` is not yes or no"),
    (TEXT, "NA", "NA"),
    (TEXT, "None", "None"),
    (TEXT, "null", "null"),
    (TEXT, "-", "-"),
    (TEXT, " East ", " East "),
    (TEXT, 7.0, "7"),
    (TEXT, Decimal("7.50"), "7.5"),
    (TEXT, date(2026, 4, 1), "2026-04-01"),
    (TEXT, datetime.fromisoformat("2026-04-01"), "2026-04-01"),
    (TEXT, "#N/A", "`#N/A` is an error of the spreadsheet"),
    (TEXT, "#hashtag", "#hashtag"),
    (Type("text", options=("won", "lost")), "WON", "won"),
    (Type("text", options=("won", "lost")), " won ", "won"),
    (Type("text", options=("won", "lost")), "N/A", "`N/A` is not `won` or `lost`"),
    (STANDARD["rep"].columns["type"].type, "守成型", "conservative"),
    (STANDARD["rep"].columns["type"].type, "Self-Appreciation", "self_appreciation"),
    (set_of(TEXT), "solar; wind;", frozenset({"solar", "wind"})),
    (set_of(TEXT), "solar|wind|solar", frozenset({"solar", "wind"})),
    (set_of(TEXT), "太阳能、风能", frozenset({"太阳能", "风能"})),
    (set_of(TEXT), '["a, b", "c"]', frozenset({"a, b", "c"})),
    (set_of(TEXT), ["a", "b"], frozenset({"a", "b"})),
    (set_of(TEXT), {"a"}, frozenset({"a"})),
    (set_of(TEXT), "", frozenset()),
    (set_of(TEXT), "[]", frozenset()),
    (set_of(TEXT), "a, b", "`a, b` has a comma"),
    (set_of(TEXT), "[1", "`[1` is not a JSON list"),
    (set_of(TEXT), '[["a"]]', '`[["a"]]` is not a list of words'),
    (set_of(TEXT).maybe(), "", None),
    (set_of(TEXT).maybe(), "[]", frozenset()),
    (set_of(Type("text", options=("en", "zh"))), "EN;zh", frozenset({"en", "zh"})),
    (set_of(Type("text", options=("en", "zh"))), "en;fr", "`en;fr` is not `en` or `zh`"),
    (DATE, "2026-04-30", day("2026-04-30")),
    (DATE, " 2026-04-30 ", day("2026-04-30")),
    (DATE, "２０２６－０４－３０", day("2026-04-30")),
    (DATE, "2010-12-29 00:00:00.000", day("2010-12-29")),
    (DATE, date(2026, 4, 30), day("2026-04-30")),
    (DATE, datetime.fromisoformat("2026-04-30T23:59"), day("2026-04-30")),
    (DATE, pd.Timestamp("2026-04-30"), day("2026-04-30")),
    (DATE, np.datetime64("2026-04-30T10:00:00.123456789"), day("2026-04-30")),
    (DATE, "2026-04-30T20:00:00Z", day("2026-05-01")),
    (DATE, datetime(2026, 4, 30, 20, tzinfo=UTC), day("2026-05-01")),
    (DATE, "1949-12-31", "`1949-12-31` is before 1950"),
    (DATE, "1970-01-01", "`1970-01-01` is day 0 of many programs"),
    (DATE, date(1900, 1, 1), "`1900-01-01` is before 1950"),
    (DATE, 46142, "`46142` is a day number of a spreadsheet"),
    (DATE, 46142.5, "`46142.5` is not a date"),
    (DATE, True, "`true` is not a date"),
    (DATE, "9999-12-31T23:00:00-10:00", "`9999-12-31T23:00:00-10:00` is not a date in the calendar"),
    (MOMENT, "2026-04-30", day("2026-04-30") * 86_400),
    (MOMENT, "2026-04-30 09:30", day("2026-04-30") * 86_400 + 34_200),
    (MOMENT, "2026-04-30t09:30:05.999", day("2026-04-30") * 86_400 + 34_205),
    (MOMENT, "2026-04-30T09:30:00+08:00", day("2026-04-30") * 86_400 + 34_200),
    (MOMENT, "2026-04-30T01:30:00Z", day("2026-04-30") * 86_400 + 34_200),
    (MOMENT, "2026-04-30 01:30 +0000", day("2026-04-30") * 86_400 + 34_200),
    (MOMENT, datetime.fromisoformat("2026-04-30T09:30"), day("2026-04-30") * 86_400 + 34_200),
    (MOMENT, date(2026, 4, 30), day("2026-04-30") * 86_400),
]


@pytest.mark.parametrize(("type_", "value", "expected"), CELLS, ids=[f"{t}: {v!r}" for t, v, _ in CELLS])
def test_a_cell_means(type_: Type, value: object, expected: Scalar) -> None:
    found = one_cell(type_, value)
    assert found == expected
    assert type(found) is type(expected)


BLANKS = [
    "",
    "  ",
    "NULL",
    "null",
    "None",
    "N/A",
    "n/a",
    "-",
    "nan",
    "NaN",
    None,
    float("nan"),
    pd.NaT,
    pd.NA,
]


@pytest.mark.parametrize("value", BLANKS, ids=repr)
@pytest.mark.parametrize("type_", [MONEY, RATE, NUMBER, COUNT, FLAG, DATE, MOMENT, TIME, DAYS], ids=str)
def test_a_blank_cell_is_missing_or_sets_the_row_aside(type_: Type, value: object) -> None:
    assert one_cell(type_.maybe(), value) is None
    assert "blank and the policy reads it" in str(one_cell(type_, value))


@pytest.mark.parametrize(("value", "blank"), [("", True), (" ", True), ("NULL", True), (None, True), ("NA", False)])
def test_of_texts_only_the_empty_one_is_blank(value: object, blank: bool) -> None:
    assert (one_cell(TEXT.maybe(), value) is None) is blank


@pytest.mark.parametrize(
    ("value", "formats", "expected"),
    [
        ("1.200,50", Formats(decimal=",", thousands="."), 120050),
        ("1 200,50", Formats(decimal=",", thousands=" "), 120050),
        ("1'200.50", Formats(thousands="'"), 120050),
        ("90.5", Formats(scale=1000), 9050000),
        ("¥90.5", Formats(scale=1000), 9050000),
        ("0.00001", Formats(scale=1000), 1),
        (90.5, Formats(scale=1000), 9050000),
        (Decimal("0.000001"), Formats(scale=1000), "`0.000001` times 1000 has more than 2 decimals"),
        ("€90.5", Formats(scale=1000), "`€90.5` is not in `CNY`"),
        ("5%", Formats(scale=1000), "`5%` is not in `CNY`"),
    ],
)
def test_an_amount_is_read_as_the_file_writes_it(value: object, formats: Formats, expected: Scalar) -> None:
    assert one_cell(MONEY, value, formats) == expected


@pytest.mark.parametrize(
    ("value", "dates", "expected"),
    [
        ("30/04/2026", ("%d/%m/%Y",), day("2026-04-30")),
        ("2026-04-30", ("%d/%m/%Y",), day("2026-04-30")),
        ("2026年4月30日", ("%Y年%m月%d日",), day("2026-04-30")),
        ("20260430", ("%Y%m%d",), day("2026-04-30")),
        (20260430, ("%Y%m%d",), day("2026-04-30")),
        ("5/5/2026", ("%d/%m/%Y", "%m/%d/%Y"), day("2026-05-05")),
        ("3/4/2026", ("%d/%m/%Y", "%m/%d/%Y"), "`3/4/2026` fits two of the declared formats"),
        ("00/01/1900", ("%d/%m/%Y",), "`00/01/1900` is a date that a spreadsheet damaged"),
        ("01/02/1940", ("%d/%m/%Y",), "`01/02/1940` is before 1950"),
    ],
)
def test_a_date_is_read_in_the_declared_formats(value: object, dates: tuple[str, ...], expected: Scalar) -> None:
    assert one_cell(DATE, value, Formats(dates=dates)) == expected


@given(st.datetimes(EPOCH + timedelta(days=8000), EPOCH + timedelta(days=40_000)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_with_an_offset_is_converted_into_the_zone(moment: datetime, minutes: int) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    local = aware.astimezone(SHANGHAI).replace(tzinfo=None)
    seconds = (local - EPOCH) // timedelta(seconds=1)
    assert one_cell(MOMENT, aware.isoformat()) == seconds
    assert one_cell(MOMENT, aware) == seconds
    assert one_cell(DATE, aware.isoformat()) == seconds // 86_400


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_an_amount_is_the_same_however_it_comes(amount: Decimal) -> None:
    minor = int(amount * 100)
    assert one_cell(MONEY, str(amount)) == one_cell(MONEY, amount) == minor
    assert one_cell(MONEY, f"{amount:,}") == minor


amount_texts = st.from_regex(r"-?[0-9]{0,17}(\.[0-9]{0,5})?", fullmatch=True) | st.text("-+.,0123 ()¥%", max_size=8)


@given(amount_texts)
@example("1" * 16)
@example("1.234")
def test_the_quick_way_for_amounts_gives_what_money_gives(text: str) -> None:
    read = reader_of(Column("cell", MONEY.maybe()), Reading("CNY", SHANGHAI, Formats()))
    try:
        expected: object = parse_amount(text.strip(), "CNY")
    except AmountError:
        expected = None
    try:
        found = read.one(text)
    except Unreadable:
        found = None
    assert found == expected


@given(st.lists(st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{2})?", fullmatch=True) | amount_texts, min_size=1, max_size=5))
def test_many_amounts_at_once_are_the_same_amounts(words: list[str]) -> None:
    read = reader_of(Column("cell", MONEY.maybe()), Reading("CNY", SHANGHAI, Formats()))
    found = amounts_in_bulk(words, 2, 1, ".")
    if found is not None:
        assert list(found) == [read.one(word) for word in words]


@given(
    st.lists(st.decimals(places=3, min_value=-1000, max_value=1000), min_size=1, max_size=3),
    st.sampled_from([1, 1000]),
)
def test_many_decimals_at_once_are_the_same_amounts(words: list[Decimal], scale: int) -> None:
    read = reader_of(Column("cell", MONEY), Reading("CNY", SHANGHAI, Formats(scale=scale)))
    found = amounts_in_bulk(words, 2, scale, ".")
    if found is not None:
        assert list(found) == [read.one(word) for word in words]


@given(
    st.lists(
        st.text(max_size=6) | st.sampled_from(["null ", "-", "#N/A", "\u3000\u3000\u3000"]),
        min_size=1,
        max_size=3,
    )
)
def test_many_keys_at_once_are_the_same_keys(words: list[str]) -> None:
    read = reader_of(Column("cell", KEY), Reading("CNY", SHANGHAI, Formats()))
    found = texts_in_bulk(words)
    if found is not None:
        assert list(found) == [read.one(word) for word in words]


@pytest.mark.parametrize(
    ("least", "included", "value", "is_fine"),
    [
        (0, True, "0", True),
        (0, True, "-0.01", False),
        (0, False, "0", False),
        (0, False, "0.01", True),
        (-100, True, "-1", True),
    ],
)
def test_a_value_is_not_under_the_declared_least(least: int, included: bool, value: str, is_fine: bool) -> None:
    column = Column("cell", MONEY, Fraction(least), included)
    kind = FactKind("thing", {"id": Column("id", KEY), "cell": column})
    raw = {"thing": RawTable("things.csv", {"id": ["t"], "cell": [value]})}
    _, report = of_cell(raw, kind)
    assert (report.problems == ()) is is_fine


def test_a_type_that_no_file_can_hold_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no file can hold a column of the type `place`"):
        one_cell(PLACE, "1")
