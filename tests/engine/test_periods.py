"""Periods tile the calendar, read as they are written, and mean the same in columns."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.calendar.days import date_of, day_of
from meed.engine.calendar.periods import (
    KINDS,
    Period,
    PeriodError,
    containing,
    period_end,
    period_start,
    shift,
    within,
)

kinds = st.sampled_from(KINDS)
days = st.dates(date(1600, 1, 1), date(2600, 12, 31)).map(day_of)
periods = st.builds(containing, kinds, days)


def starts_period(kind: str, value: date) -> bool:
    """The reference: whether a date opens a period of that kind."""
    return {
        "day": True,
        "week": value.weekday() == 0,
        "month": value.day == 1,
        "quarter": value.day == 1 and value.month in (1, 4, 7, 10),
        "half": value.day == 1 and value.month in (1, 7),
        "year": value.day == 1 and value.month == 1,
    }[kind]


@given(kinds, days)
@example("week", day_of(date(2024, 12, 30)))
@example("week", day_of(date(2027, 1, 3)))
def test_a_day_lies_in_one_period_of_each_kind(kind: str, day: int) -> None:
    period = containing(kind, day)
    assert period.start <= day < period.end
    inside = [date_of(at) for at in range(period.start, period.end + 1)]
    assert [value for value in inside if starts_period(kind, value)] == (
        inside if kind == "day" else [inside[0], inside[-1]]
    )


@given(days)
def test_weeks_are_those_of_iso_8601(day: int) -> None:
    year, week, _ = date_of(day).isocalendar()
    assert containing("week", day) == Period("week", year, week)


@given(periods)
def test_a_period_reads_as_it_is_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods, st.integers(0, 50))
def test_going_on_and_back_ends_where_it_began(period: Period, count: int) -> None:
    assert period.next(count).previous(count) == period
    assert period.next().start == period.end
    assert period.previous().end == period.start


@given(st.lists(st.tuples(days, st.integers(-40, 40)), min_size=1, max_size=20), kinds)
def test_columns_of_days_have_the_periods_of_single_days(rows: list[tuple[int, int]], kind: str) -> None:
    column, counts = (np.array(part) for part in zip(*rows, strict=True))
    singles = [(containing(kind, day), count) for day, count in rows]
    assert period_start(kind, column).tolist() == [period.start for period, _ in singles]
    assert period_end(kind, column).tolist() == [period.end for period, _ in singles]
    starts = period_start(kind, column)
    assert shift(kind, starts, counts).tolist() == [period.next(count).start for period, count in singles]
    assert shift(kind, starts, -1).tolist() == [period.previous().start for period, _ in singles]


@given(st.lists(periods, max_size=8))
def test_periods_are_in_order_of_start_then_end(some: list[Period]) -> None:
    assert sorted(some) == sorted(some, key=lambda period: (period.start, period.end))


@given(periods, kinds)
def test_periods_within_end_in_the_outer_one_and_follow_each_other(outer: Period, kind: str) -> None:
    if KINDS.index(kind) >= KINDS.index(outer.kind):
        return
    inner = within(outer, kind)
    assert all(outer.start < period.end <= outer.end for period in inner)
    assert all(left.end == right.start for left, right in pairwise(inner))
    assert inner[0].previous().end <= outer.start
    assert inner[-1].next().end > outer.end


@given(days)
def test_a_week_belongs_to_the_month_of_its_sunday(day: int) -> None:
    week = containing("week", day)
    month = containing("month", week.end - 1)
    assert week in within(month, "week")
    assert week not in within(month.next(), "week")


@given(periods, kinds)
def test_a_longer_kind_gives_the_one_that_contains(outer: Period, kind: str) -> None:
    if KINDS.index(kind) < KINDS.index(outer.kind):
        return
    first, last = containing(kind, outer.start), containing(kind, outer.end - 1)
    if first == last:
        assert within(outer, kind) == [first]
    else:
        with pytest.raises(PeriodError, match=f"^`{outer}` lies in two periods of kind `{kind}`"):
            within(outer, kind)


def test_a_year_has_its_periods() -> None:
    counts = {kind: len(within(Period("year", 2026), kind)) for kind in KINDS}
    assert counts == {"day": 365, "week": 52, "month": 12, "quarter": 4, "half": 2, "year": 1}
    assert within(Period.parse("2026-02"), "quarter") == [Period("quarter", 2026, 1)]


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H1", "half", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-Q2", "quarter", date(2026, 4, 1), date(2026, 6, 30)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-W07", "week", date(2026, 2, 9), date(2026, 2, 15)),
        ("2020-W53", "week", date(2020, 12, 28), date(2021, 1, 3)),
        ("2026-04-10", "day", date(2026, 4, 10), date(2026, 4, 10)),
        ("9999-12", "month", date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_periods_as_they_are_written(text: str, kind: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.kind, str(period)) == (kind, text)
    assert (date_of(period.start), date_of(period.end - 1)) == (first, last)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "`` is not a period: write it as 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W07 or 2026-04-10"),
        ("2026-4", "`2026-4` is not a period"),
        ("Q2 2026", "`Q2 2026` is not a period"),
        ("2026-Q5", "`2026` has no quarter 5: count from 1 to 4"),
        ("2026-H0", "`2026` has no half 0: count from 1 to 2"),
        ("2026-13", "`2026` has no month 13: count from 1 to 12"),
        ("2025-W53", "`2025` has no week 53: count from 1 to 52"),
        ("2026-02-29", "`2026-02` has no day 29: count from 01 to 28"),
        ("0000-01", "`0` is not a year of the calendar"),
    ],
)
def test_what_is_no_period_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse(text)
    assert str(caught.value).startswith(problem)


def test_an_unknown_kind_is_refused() -> None:
    message = r"^`fortnight` is not a kind of period: use one of day, week, month, quarter, half, year$"
    for attempt in (
        lambda: Period("fortnight", 2026),
        lambda: containing("fortnight", 0),
        lambda: period_start("fortnight", np.array([0])),
        lambda: within(Period("year", 2026), "fortnight"),
    ):
        with pytest.raises(PeriodError, match=message):
            attempt()


def test_the_calendar_ends_with_the_year_9999() -> None:
    with pytest.raises(PeriodError, match="`10000` is not a year of the calendar"):
        Period("year", 9999).next()
    assert Period("year", 9999).end - Period("year", 9999).start == 365
    assert str(within(Period("year", 9999), "week")[-1]) == "9999-W51"
