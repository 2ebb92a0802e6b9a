"""Facts in: every row is used or reported, order never matters, and nothing is guessed or rounded."""

import json
from collections.abc import Mapping, Sequence
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
    ref,
    set_of,
)
from meed.engine.bulk_cells import amounts_in_bulk, texts_in_bulk
from meed.engine.cells import Reading, reader_of
from meed.engine.facts import Facts, RefCells, Scalar
from meed.engine.intake import Formats, IntakeReport, RawTable, frames_in, take_in
from meed.engine.money import AmountError, UnknownCurrency, parse_amount
from meed.engine.raw_table import Coded, plain
from meed.engine.unreadable import Unreadable

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime.fromisoformat("1970-01-01")


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def intake(raw: Mapping[str, RawTable], reads: str, kinds: Mapping[str, FactKind] = STANDARD, **how: object):
    """The facts and the report for a policy that reads these `kind.column` places."""
    needed: dict[str, frozenset[str]] = {}
    for place in reads.split():
        kind, _, column = place.partition(".")
        needed[kind] = needed.get(kind, frozenset()) | ({column} if column else frozenset())
    settings: dict[str, object] = {"currency": "CNY", "timezone": "Asia/Shanghai", **how}
    return take_in(raw, kinds, needed, **settings)  # type: ignore[arg-type]


def deals(**columns: Sequence[object]) -> dict[str, RawTable]:
    rows = len(next(iter(columns.values())))
    return {"deal": RawTable("deals.csv", {"id": [f"d{row}" for row in range(rows)], **columns})}


def one_cell(type_: Type, value: object, formats: Formats | None = None) -> Scalar:
    """What a cell means in a column of a type; the message where it is unreadable."""
    kind = FactKind("thing", {"id": Column("id", KEY), "cell": Column("cell", type_)})
    raw = {"thing": RawTable("things.csv", {"id": ["t"], "cell": [value]})}
    facts, report = intake(raw, "thing.cell", {"thing": kind}, formats=formats)
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
    (DATE, "1989-12-31", "`1989-12-31` is before 1990"),
    (DATE, date(1900, 1, 1), "`1900-01-01` is before 1990"),
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


@pytest.mark.parametrize(
    ("value", "blank"), [("", True), (" ", True), ("NULL", True), (None, True), ("NA", False)]
)
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
        ("01/02/1970", ("%d/%m/%Y",), "`01/02/1970` is before 1990"),
    ],
)
def test_a_date_is_read_in_the_declared_formats(
    value: object, dates: tuple[str, ...], expected: Scalar
) -> None:
    assert one_cell(DATE, value, Formats(dates=dates)) == expected


@given(
    st.datetimes(EPOCH + timedelta(days=8000), EPOCH + timedelta(days=40_000)), st.integers(-14 * 60, 14 * 60)
)
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


amount_texts = st.from_regex(r"-?[0-9]{0,17}(\.[0-9]{0,5})?", fullmatch=True) | st.text(
    "-+.,0123 ()¥%", max_size=8
)


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


@given(
    st.lists(
        st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{2})?", fullmatch=True) | amount_texts, min_size=1, max_size=5
    )
)
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
def test_a_value_is_not_under_the_declared_least(
    least: int, included: bool, value: str, is_fine: bool
) -> None:
    column = Column("cell", MONEY, Fraction(least), included)
    kind = FactKind("thing", {"id": Column("id", KEY), "cell": column})
    raw = {"thing": RawTable("things.csv", {"id": ["t"], "cell": [value]})}
    _, report = intake(raw, "thing.cell", {"thing": kind})
    assert (report.problems == ()) is is_fine


def test_a_type_that_no_file_can_hold_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no file can hold a column of the type `place`"):
        one_cell(PLACE, "1")


# Rows

REPS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["r1", "r2", "r3", "r4", "r5", "", "NULL"]),
        "manager": st.sampled_from(["", "r1", "r2", "r3", "r9", "R1", "-"]),
        "quota": st.sampled_from(["100", "200.5", "", "lots", "¥7", "€7", "1.234"]),
        "hired": st.sampled_from(["2020-01-01", "03/04/2020", "00/01/1900", "", "2020-01-01T00:00:00Z"]),
        "skills": st.sampled_from(["a; b", "", "a, b", "[", "NULL"]),
    }
)
DEALS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["d1", "d2", "d3", "d4", "d5", "d6", " ", None, 7, 7.0]),
        "owner": st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6", "", "Li"]),
        "amount": st.sampled_from(["1", "2.50", "x", "", None, 3, 0.1, Decimal("0.001"), True, "1e5"]),
        "stage": st.sampled_from(["won", "LOST", "opne", "", "N/A"]),
        "closed": st.sampled_from(["2026-04-30", "", "2026-02-30", date(2026, 5, 1), 46142]),
        "kind": st.sampled_from(["new", "NA", "", "#N/A"]),
    }
)
READS = "rep.manager rep.quota rep.hired rep.skills deal.owner deal.amount deal.stage deal.closed deal.kind"


def tables(reps: list[dict[str, object]], rows: list[dict[str, object]]) -> dict[str, RawTable]:
    return {
        kind: RawTable(f"{kind}s.csv", {name: [record[name] for record in records] for name in names})
        for kind, records, names in (
            ("rep", reps, ("id", "manager", "quota", "hired", "skills")),
            ("deal", rows, ("id", "owner", "amount", "stage", "closed", "kind")),
        )
    }


def content(facts: Facts) -> dict[str, object]:
    """Everything that facts say; a reference as the key it leads to."""
    found: dict[str, object] = {}
    for name, table in facts.tables.items():
        for row, key in enumerate(table.keys):
            cells = {column: table.cell(row, column) for column in table.columns}
            for column, held in table.columns.items():
                if isinstance(held, RefCells) and cells[column] is not None:
                    cells[column] = facts.table(held.kind).keys[int(held.rows[row])]
            found[f"{name} {key}"] = cells
    return found


damage = st.tuples(st.lists(REPS, max_size=8), st.lists(DEALS, max_size=8))


@given(damage)
def test_rows_in_are_rows_used_and_rows_reported(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    facts, report = intake(tables(*drawn), READS)
    assert not report.refusals
    for count, rows in zip(report.counts, (drawn[0], drawn[1]), strict=True):
        reported = {problem.row for problem in report.problems if problem.file == count.file}
        assert count.rows_in == len(rows) == count.rows_used + count.rows_reported
        assert count.rows_used == len(facts.table(count.kind))
        assert count.rows_reported == len(reported)
        used = {int(line) for line in facts.table(count.kind).places.lines}
        assert used | reported == set(range(2, len(rows) + 2))
        assert not used & reported
    assert report.refuses(strict=True) is bool(report.problems)
    assert not report.refuses(strict=False)


@given(damage, st.randoms())
def test_the_order_of_rows_never_matters(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]], chance: object
) -> None:
    facts, report = intake(tables(*drawn), READS)
    for rows in drawn:
        chance.shuffle(rows)  # type: ignore[attr-defined]
    again, report_again = intake(tables(*drawn), READS)
    assert content(again) == content(facts)
    assert again.hash == facts.hash
    assert [(c.rows_used, c.rows_reported) for c in report_again.counts] == [
        (c.rows_used, c.rows_reported) for c in report.counts
    ]


@given(damage)
def test_a_row_in_use_refers_to_rows_in_use(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    facts, _ = intake(tables(*drawn), READS)
    written = {str(plain(row["id"])): row for row in drawn[1]}
    for row, key in enumerate(facts.table("deal").keys):
        owner = facts.table("deal").cell(row, "owner")
        assert isinstance(owner, int)
        assert facts.table("rep").keys[owner] == written.get(key, written.get(f"{key}.0", {})).get("owner")


@given(damage)
def test_a_report_is_plain_data_and_plain_lines(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    _, report = intake(tables(*drawn), READS)
    assert json.loads(json.dumps(report.as_json())) == report.as_json()
    for line in report.lines():
        assert "\n" not in line
        assert line.partition(" row")[0].partition(":")[0] in {"reps.csv", "deals.csv"}


def test_a_long_chain_of_managers_falls_with_its_head() -> None:
    rows = 3000
    reps = RawTable(
        "reps.csv",
        {
            "id": [f"r{row}" for row in range(rows)],
            "manager": ["nobody", *(f"r{row - 1}" for row in range(1, rows - 1)), ""],
        },
    )
    facts, report = intake({"rep": reps}, "rep.manager")
    assert facts.table("rep").keys == (f"r{rows - 1}",)
    assert len(report.problems) == rows - 1


def test_only_what_the_policy_reads_is_judged() -> None:
    facts, report = intake(deals(amount=["1", "2"], closed=["nonsense", ""], note=["a", "b"]), "deal.amount")
    assert report.problems == ()
    assert report.notes == ("deals.csv: the policy does not read 2 columns: `closed`, `note`",)
    assert list(facts.table("deal").columns) == ["amount"]


def test_what_is_not_read_does_not_change_the_hash() -> None:
    one, _ = intake(deals(amount=["1", "2"], closed=["nonsense", ""]), "deal.amount")
    other, _ = intake(deals(amount=["1.0", "2.00"]), "deal.amount")
    assert one.hash == other.hash


def test_rows_come_in_the_order_of_their_keys() -> None:
    raw = {"deal": RawTable("deals.csv", {"id": ["b", "a", "10", "9"], "amount": ["1", "2", "3", "4"]})}
    facts, _ = intake(raw, "deal.amount")
    table = facts.table("deal")
    assert table.keys == ("10", "9", "a", "b")
    assert [table.cell(row, "amount") for row in range(4)] == [300, 400, 200, 100]
    assert table.place(0) == "deals.csv row 4"


def test_a_kind_without_rows_must_be_said_to_be_empty() -> None:
    raw = deals(owner=["", ""], lead=["", "l1"])
    _, report = intake(raw, "deal.lead")
    assert report.refuses(strict=False)
    facts, report = intake(raw, "deal.lead", empty=frozenset({"lead"}))
    assert len(facts.table("lead")) == 0
    assert facts.table("deal").keys == ("d0",)
    assert report.problems[0].message == "`l1` is no lead: no file of the kind `lead` was given"


def test_facts_under_a_refusal_hold_no_tables() -> None:
    facts, report = intake(deals(amount=["1"]), "deal.amount deal.owner")
    assert [problem.column for problem in report.refusals if problem.column] == ["owner"]
    assert facts.tables == {}
    assert (report.counts[0].rows_used, report.counts[0].rows_reported) == (0, 1)


def test_references_by_another_column() -> None:
    raw = {
        "rep": RawTable("reps.csv", {"id": ["r1", "r2"], "mail": ["a@x", "b@x"]}),
        **deals(owner=["b@x", "a@x", "r1"]),
    }
    facts, report = intake(raw, "deal.owner", joins={"deal.owner": "mail"})
    assert [facts.table("deal").cell(row, "owner") for row in range(2)] == [1, 0]
    assert [problem.message for problem in report.problems] == ["`r1` is not the `mail` of a rep in reps.csv"]
    _, report = intake(raw, "deal.owner", joins={"deal.owner": "phone"})
    assert str(report.refusals[0]).startswith("reps.csv: there is no column `phone`;")


def test_a_translation_comes_before_the_reading() -> None:
    raw = deals(stage=["Closed Won", " gewonnen", "won", "x"], amount=["viel", "1", "2", "3"])
    said = {"deal.stage": {"Closed Won": "won", "gewonnen": "won", "x": ""}, "deal.amount": {"viel": "1000"}}
    facts, report = intake(raw, "deal.stage deal.amount", translations=said)
    assert [facts.table("deal").cell(row, "stage") for row in range(3)] == ["won"] * 3
    assert facts.table("deal").cell(0, "amount") == 100_000
    assert [problem.message for problem in report.problems] == ["`x` counts as blank and the policy reads it"]


def test_formats_go_by_kind_and_by_column() -> None:
    raw = deals(amount=["1,5"], collected=["1"])
    formats = {"deal": Formats(decimal=",", thousands="."), "deal.collected": Formats(scale=1000)}
    facts, _ = intake(raw, "deal.amount deal.collected", formats=formats)
    assert [facts.table("deal").cell(0, name) for name in ("amount", "collected")] == [150, 100_000]


def test_a_kind_without_a_key_column_is_keyed_by_id() -> None:
    kinds = {"visit": FactKind("visit", {"by": Column("by", TEXT)})}
    facts, _ = intake({"visit": RawTable("visits.csv", {"id": ["v1"], "by": ["Li"]})}, "visit.by", kinds)
    assert facts.table("visit").row("v1") == 0


def test_frames_are_read_like_files() -> None:
    frame = pd.DataFrame(
        {
            "id": [3, 1, 2],
            "amount": [0.1, 1234.56, float("nan")],
            "collected": [1, 2, 3],
            "closed": pd.Series(["2026-04-30", "2026-05-01", None], dtype="datetime64[us]"),
            "region": ["NA", "East", "West"],
            "kind": ["new", None, "new"],
        },
        index=[7, 8, 9],
    )
    facts, report = intake(frames_in({"deal": frame}), "deal.amount deal.collected deal.closed deal.region")
    table = facts.table("deal")
    assert table.keys == ("1", "3")
    assert [table.cell(1, name) for name in ("amount", "collected", "closed", "region")] == [
        10,
        100,
        day("2026-04-30"),
        "NA",
    ]
    assert table.place(1) == "deal frame row 2"
    assert [(problem.row, problem.column) for problem in report.problems] == [(4, "amount")]


def test_a_frame_with_a_column_twice_is_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["id", "id"])
    with pytest.raises(ValueError, match="the deal frame has two columns `id`"):
        frames_in({"deal": frame})


def test_wrong_use_is_an_error_of_the_caller() -> None:
    with pytest.raises(UnknownCurrency):
        intake(deals(amount=["1"]), "deal.amount", currency="RMB")
    with pytest.raises(ValueError, match="unknown time zone `Asia/Beijing`"):
        intake(deals(amount=["1"]), "deal.amount", timezone="Asia/Beijing")
    with pytest.raises(ValueError, match=r"`deal\.amout` is read and not declared"):
        intake(deals(amount=["1"]), "deal.amout")
    with pytest.raises(ValueError, match="column `b` has 1 cells and there are 2 rows"):
        RawTable("x.csv", {"a": ["1", "2"], "b": ["1"]}, [2, 3])


# Raw values


@given(
    st.lists(
        st.none() | st.booleans() | st.integers(0, 2) | st.text(max_size=1) | st.sampled_from([1.0, 0.5])
    )
)
def test_a_coded_column_gives_its_values_back(values: list[object]) -> None:
    found = Coded.of(values).values()
    assert found == [plain(value) for value in values]
    assert list(map(type, found)) == [type(plain(value)) for value in values]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_binary_number_becomes_its_shortest_decimal(number: float) -> None:
    found = plain(number)
    assert isinstance(found, Decimal)
    assert float(found) == number
    assert len(found.as_tuple().digits) <= 17


def test_the_most_lines_are_shown_and_the_others_counted() -> None:
    _, report = intake(deals(amount=["a", "b", "c", "a"]), "deal.amount")
    assert [line.partition(";")[0] for line in report.lines(most=1)] == [
        "deals.csv rows 2 and 5, column `amount`: `a` is not an amount",
        "and 2 more problems",
        "deals.csv: 4 rows, 0 used, 4 set aside",
    ]
    assert len(report.as_json()["problems"]) == 4  # type: ignore[arg-type]


def test_an_empty_report_refuses_nothing() -> None:
    assert not IntakeReport().refuses(strict=True)
    assert IntakeReport().lines() == []


def test_a_long_or_broken_value_is_shown_on_one_line() -> None:
    _, report = intake(deals(amount=["x\ny", "z" * 500]), "deal.amount")
    assert [problem.message.partition(" is")[0] for problem in report.problems] == ["`x y`", f"`{'z' * 60}…`"]
    assert report.problems[0].value == "x\ny"


def test_references_of_another_kind_come_with_their_keys() -> None:
    kinds = {
        "a": FactKind("a", {"id": Column("id", KEY), "b": Column("b", ref("b", optional=True))}),
        "b": FactKind("b", {"id": Column("id", KEY), "x": Column("x", MONEY)}),
    }
    raw = {
        "a": RawTable("a.csv", {"id": ["a1", "a2"], "b": ["b2", None]}),
        "b": RawTable("b.csv", {"id": ["b2", "b1"]}),
    }
    facts, _ = intake(raw, "a.b", kinds)
    assert facts.table("b").keys == ("b1", "b2")
    assert [facts.table("a").cell(row, "b") for row in range(2)] == [1, None]
