"""Rows of one key in a file: versions of it, rows that were replaced later, rows that were not known yet."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.schema import STANDARD
from meed.engine.calendar.days import SECONDS_PER_DAY, parse_day
from meed.engine.facts import Facts
from meed.engine.intake.intake import IntakeReport, RawTable, take_in

NEEDED = {"rep": frozenset({"quota", "region", "manager"}), "deal": frozenset({"owner", "amount"})}
HEAD = ("id", "valid_from", "valid_until", "known_at", "quota", "region", "manager")


def read(
    reps: list[dict[str, Any]], deals: list[dict[str, Any]] | None = None, **settings: Any
) -> tuple[Facts, IntakeReport]:
    """Reps of whom rows say what differs from a quota of 1 in the east."""
    there = [name for name in HEAD if any(name in row for row in reps) or name in {"id", "quota", "region", "manager"}]
    usual = {"quota": "1", "region": "East"}
    raw = {
        "rep": RawTable("reps.csv", {name: [row.get(name, usual.get(name)) for row in reps] for name in there}),
        "deal": RawTable("deals.csv", {name: [row[name] for row in deals or []] for name in ("id", "owner", "amount")}),
    }
    return take_in(raw, STANDARD, NEEDED, currency="CNY", timezone="Asia/Shanghai", **settings)


def quotas(facts: Facts, key: str, *days: str) -> list[Any]:
    """The quota (in the main unit) of a rep as it is read on each day."""
    table = facts.table("rep")
    row = table.row(key)
    assert row is not None
    if table.versions is None:
        return [table.cell(row, "quota")] * len(days)
    found: list[Any] = []
    for day in map(parse_day, days):
        at = table.versions.of(row, day * SECONDS_PER_DAY, (day + 1) * SECONDS_PER_DAY)
        column = table.versions.columns["quota"]
        value = column.to_fractions()[at] if at >= 0 else None  # type: ignore[union-attr]
        found.append(None if value is None else value / 100)
    return found


def counts(report: IntakeReport) -> tuple[int, ...]:
    """Of the reps: rows in, used, set aside, superseded, not known."""
    count = report.counts[0]
    assert count.rows_in == count.rows_used + count.rows_reported + count.rows_superseded + count.rows_not_known
    return count.rows_in, count.rows_used, count.rows_reported, count.rows_superseded, count.rows_not_known


def said(report: IntakeReport) -> list[str]:
    return [str(problem) for problem in report.problems]


# --- ranges --------------------------------------------------------------------------------------------------


def test_a_version_lasts_until_the_next_one_begins_and_the_first_may_hold_from_ever() -> None:
    rows = [
        {"id": "Li", "valid_from": "2026-02-15", "quota": "2"},
        {"id": "Li", "valid_from": None, "quota": "1"},
        {"id": "Li", "valid_from": "2026-03-01", "quota": "3"},
    ]
    facts, report = read(rows)
    assert quotas(facts, "Li", "1999-01-01", "2026-02-14", "2026-02-15", "2026-02-28", "2026-03-01") == [1, 1, 2, 2, 3]
    assert facts.table("rep").keys == ("Li",)
    assert facts.table("rep").cell(0, "quota") == 300  # the columns of a table are those of the latest versions
    assert counts(report) == (3, 3, 0, 0, 0)


def test_a_gap_means_that_nothing_holds() -> None:
    rows = [
        {"id": "Li", "valid_from": "2026-01-01", "valid_until": "2026-01-31", "quota": "1"},
        {"id": "Li", "valid_from": "2026-03-01", "valid_until": "2026-03-31", "quota": "3"},
    ]
    facts, _ = read(rows)
    days = ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-03-01", "2026-03-31", "2026-04-01")
    assert quotas(facts, "Li", *days) == [None, 1, 1, None, 3, 3, None]


def test_in_a_window_the_last_day_on_which_the_row_holds_counts() -> None:
    rows = [
        {"id": "Li", "valid_from": "2026-01-10", "valid_until": "2026-01-31"},
        {"id": "Li", "valid_from": "2026-03-01", "valid_until": "2026-03-31"},
    ]
    versions = read(rows)[0].table("rep").versions
    assert versions is not None

    def at(first: str, end: str) -> int:
        return versions.of(0, parse_day(first) * SECONDS_PER_DAY, parse_day(end) * SECONDS_PER_DAY)

    assert [at("2026-01-01", "2026-02-15"), at("2026-01-01", "2026-04-15"), at("2026-02-01", "2026-03-01")] == [
        0,
        1,
        -1,
    ]
    assert [at("2026-01-01", "2026-01-10"), at("2026-01-01", "2026-01-11"), at("2026-03-31", "2026-04-01")] == [
        -1,
        0,
        1,
    ]


def test_ranges_that_overlap_set_the_whole_key_aside_and_name_both_rows() -> None:
    rows = [
        {"id": "Li", "valid_from": "2026-01-01", "valid_until": "2026-03-15"},
        {"id": "Li", "valid_from": "2026-03-15"},
        {"id": "Li", "valid_from": "2027-01-01"},
        {"id": "Wang"},
    ]
    facts, report = read(rows)
    assert facts.table("rep").keys == ("Wang",)
    assert counts(report) == (4, 1, 3, 0, 0)
    assert [problem.message for problem in report.problems] == [
        "`2026-03-15` is not before row 3 begins, on 2026-03-15",
        "`2026-03-15` is not after row 2 ends, on 2026-03-15",
        "`Li` has another row, reps.csv row 2, which was set aside",
    ]


def test_a_range_that_ends_before_it_begins_is_a_problem() -> None:
    _, report = read([{"id": "Li", "valid_from": "2026-03-01", "valid_until": "2026-02-28"}])
    assert [problem.message for problem in report.problems] == ["`2026-02-28` is before its `valid_from`, 2026-03-01"]


def test_two_rows_from_the_same_day_are_a_problem() -> None:
    rows = [{"id": "Li", "valid_from": "2026-03-01"}, {"id": "Li", "valid_from": "2026-03-01"}, {"id": "Wang"}]
    facts, report = read(rows)
    assert facts.table("rep").keys == ("Wang",)
    assert [problem.message for problem in report.problems] == [
        "`Li` is also the `id` of row 3 from 2026-03-01",
        "`Li` is also the `id` of row 2 from 2026-03-01",
    ]


def test_the_rows_of_a_key_fall_together_and_take_what_refers_to_them_along() -> None:
    rows = [
        {"id": "Li", "valid_from": None, "quota": "much"},
        {"id": "Li", "valid_from": "2026-03-01"},
        {"id": "Wang", "valid_from": None},
        {"id": "Wang", "valid_from": "2026-03-01", "manager": "Li"},
    ]
    facts, report = read(rows, [{"id": "d1", "owner": "Li", "amount": "5"}])
    assert (facts.table("rep").keys, facts.table("deal").keys) == ((), ())
    assert counts(report) == (4, 0, 4, 0, 0)


def test_references_mean_the_rep_and_not_a_version() -> None:
    rows = [
        {"id": "Wang", "valid_from": "2026-02-01", "manager": "Li"},
        {"id": "Li", "valid_from": None},
        {"id": "Li", "valid_from": "2026-02-01", "quota": "2"},
        {"id": "Wang", "valid_from": None},
    ]
    facts, report = read(rows, [{"id": "d1", "owner": "Wang", "amount": "5"}])
    reps = facts.table("rep")
    assert (reps.keys, said(report)) == (("Li", "Wang"), [])
    assert (facts.table("deal").cell(0, "owner"), reps.cell(1, "manager")) == (1, 0)


def test_a_key_that_says_one_thing_ever_has_no_versions() -> None:
    plain = read([{"id": "Li"}, {"id": "Wang"}])[0]
    for rows in (
        [{"id": "Li", "valid_from": None}, {"id": "Wang", "valid_from": None}],
        [
            {"id": "Li", "valid_from": None},
            {"id": "Wang", "valid_from": None},
            {"id": "Li", "valid_from": "2026-03-01"},
        ],
    ):
        facts = read(rows)[0]
        assert facts.table("rep").versions is None
        assert facts.hash == plain.hash


def test_the_hash_tells_versions_apart() -> None:
    def hash_of(day: str | None, quota: str = "2") -> str:
        return read([{"id": "Li", "valid_from": None}, {"id": "Li", "valid_from": day, "quota": quota}])[0].hash

    assert len({hash_of("2026-03-01"), hash_of("2026-03-02"), hash_of("2026-03-01", "3")}) == 3


# --- known when ----------------------------------------------------------------------------------------------

CORRECTED = [
    {"id": "Li", "known_at": "2026-04-01", "quota": "1"},
    {"id": "Li", "known_at": "2026-04-05 18:00", "quota": "2"},
    {"id": "Li", "known_at": "2026-04-09", "quota": "3"},
    {"id": "Wang", "known_at": "2026-04-06", "quota": "7"},
]


@pytest.mark.parametrize(
    ("day", "li", "equation"),
    [
        (None, 3, (4, 2, 0, 2, 0)),
        ("2026-04-05", 2, (4, 1, 0, 1, 2)),
        ("2026-04-04", 1, (4, 1, 0, 0, 3)),
        ("2026-04-06", 2, (4, 2, 0, 1, 1)),
        ("2026-03-31", None, (4, 0, 0, 0, 4)),
    ],
)
def test_the_last_row_known_by_the_end_of_the_day_holds(
    day: str | None, li: int | None, equation: tuple[int, ...]
) -> None:
    facts, report = read(CORRECTED, known_by=None if day is None else parse_day(day))
    table = facts.table("rep")
    row = table.row("Li")
    assert (None if row is None else table.cell(row, "quota")) == (None if li is None else li * 100)
    assert counts(report) == equation
    assert said(report) == []


def test_the_report_says_what_was_superseded_and_what_was_not_known() -> None:
    _, report = read(CORRECTED, known_by=parse_day("2026-04-05"))
    assert report.lines()[-2:] == [
        "reps.csv: 4 rows, 1 used, 0 set aside, 1 superseded, 2 not yet known",
        "deals.csv: 0 rows, 0 used, 0 set aside",
    ]
    assert "deals.csv: there is no column `known_at`, so all of it counts as known" in report.lines()


def test_rows_known_at_the_same_time_are_a_problem() -> None:
    rows = [{"id": "Li", "known_at": "2026-04-01"}, {"id": "Li", "known_at": "2026-04-01 00:00"}]
    _, report = read(rows)
    assert [problem.message for problem in report.problems] == [
        "`Li` is also the `id` of row 3, known at the same time",
        "`Li` is also the `id` of row 2, known at the same time",
    ]


def test_what_is_wrong_with_a_row_that_was_replaced_since_does_not_matter() -> None:
    rows = [{"id": "Li", "known_at": "2026-04-01", "quota": "much"}, {"id": "Li", "known_at": "2026-04-02"}]
    facts, report = read(rows)
    assert (facts.table("rep").keys, counts(report), said(report)) == (("Li",), (2, 1, 0, 1, 0), [])


def test_each_range_has_its_own_corrections() -> None:
    rows = [
        {"id": "Li", "valid_from": None, "known_at": "2026-01-01", "quota": "1"},
        {"id": "Li", "valid_from": "2026-02-01", "known_at": "2026-01-20", "quota": "2"},
        {"id": "Li", "valid_from": "2026-02-01", "known_at": "2026-02-20", "quota": "5"},
    ]
    days = ("2026-01-31", "2026-02-01")
    assert quotas(read(rows)[0], "Li", *days) == [1, 5]
    assert quotas(read(rows, known_by=parse_day("2026-02-19"))[0], "Li", *days) == [1, 2]
    facts = read(rows, known_by=parse_day("2026-01-19"))[0]
    assert facts.table("rep").cell(0, "quota") == 100


# --- properties ----------------------------------------------------------------------------------------------

_DAYS = st.integers(0, 40).map(lambda ahead: (date(2026, 1, 1) + timedelta(days=ahead)).isoformat())
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["Li", "Wang", "Zhao"]), "valid_from": st.none() | _DAYS,
            "valid_until": st.none() | st.none() | _DAYS, "known_at": st.none() | _DAYS,
            "quota": st.sampled_from(["1", "2", "3"]), "manager": st.none() | st.sampled_from(["Li", "Wang", "Zhao"]),
        }
    ),
    max_size=12,
)  # fmt: skip


@given(_ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows: list[dict[str, Any]], dice: Any) -> None:
    facts, report = read(rows)
    shuffled = dice.sample(rows, len(rows))
    again, report_again = read(shuffled)
    assert (facts.hash, counts(report)) == (again.hash, counts(report_again))


@given(_ROWS, _DAYS)
def test_known_by_a_day_is_to_read_only_what_was_known(rows: list[dict[str, Any]], day: str) -> None:
    facts, report = read(rows, known_by=parse_day(day))
    known = [row for row in rows if row["known_at"] is None or row["known_at"] <= day]
    again, report_again = read(known)
    assert facts.hash == again.hash
    assert counts(report)[1:4] == counts(report_again)[1:4]
    assert counts(report)[4] == len(rows) - len(known)


@given(_ROWS, _DAYS)
def test_a_day_has_the_row_that_holds_on_it(rows: list[dict[str, Any]], day: str) -> None:
    """Against a look at the rows one by one."""
    facts, _ = read(rows)
    for key in facts.table("rep").keys:
        own = [row for row in rows if row["id"] == key and (row["valid_from"] or "") <= day]
        begun = max(own, key=lambda row: (row["valid_from"] or "", row["known_at"] or ""), default=None)
        holds = begun is not None and (begun["valid_until"] or "9999") >= day
        expected = int(begun["quota"]) if begun is not None and holds else None
        found = quotas(facts, key, day)
        assert (found[0] if facts.table("rep").versions is not None else found[0] / 100) == expected
