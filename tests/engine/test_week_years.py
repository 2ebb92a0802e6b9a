"""Calendars of a policy: fiscal years of months, and years of 52 or 53 whole weeks, against their published days."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.calendar import MONTH_WEEKS, Calendar
from meed.engine.calendar.days import date_of, day_of
from meed.engine.calendar.periods import (
    KINDS,
    Period,
    PeriodError,
    containing,
    number_in_year,
    period_end,
    period_start,
    shift,
    within,
    year_number,
)

NRF = Calendar(2, "start", (4, 5, 4), 6, "nearest")
LAST_SATURDAY_OF_SEPTEMBER = Calendar(10, "end", (5, 4, 4), 6, "last")
ISO = Calendar(1, "start", (4, 4, 5), 0, "nearest")
PATTERNS = [tuple(int(part) for part in text.split("-")) for text in MONTH_WEEKS]

of_weeks = st.builds(
    Calendar,
    st.integers(1, 12),
    st.sampled_from(["start", "end"]),
    st.sampled_from(PATTERNS),
    st.integers(0, 6),
    st.sampled_from(["nearest", "last"]),
)
of_months = st.builds(Calendar, st.integers(1, 12), st.sampled_from(["start", "end"]))
calendars = of_weeks | of_months
days = st.dates(date(1960, 1, 1), date(2060, 12, 31)).map(day_of)
kinds = st.sampled_from(KINDS)


def first_day_by_hand(calendar: Calendar, year: int) -> date:
    """The day after the last day of the year before, looked for among the days around the end of a month."""
    month_end = date(year, calendar.first_month, 1) - timedelta(1)
    last_weekday = (calendar.week_start - 1) % 7
    around = [month_end + timedelta(off) for off in range(-6, 4)]
    fitting = [day for day in around if day.weekday() == last_weekday]
    if calendar.year_end == "last":
        return max(day for day in fitting if day <= month_end) + timedelta(1)
    return min(fitting, key=lambda day: abs(day - month_end)) + timedelta(1)


@given(of_weeks, st.integers(1990, 2030))
def test_years_of_weeks_begin_where_they_are_looked_for_for_forty_years(calendar: Calendar, first: int) -> None:
    named_ahead = 1 if calendar.named_by == "end" and calendar.first_month != 1 else 0
    for year in range(first, first + 40):
        assert date_of(Period("year", year + named_ahead, 1, calendar).start) == first_day_by_hand(calendar, year)


@given(of_weeks, st.integers(1990, 2030))
def test_years_abut_and_have_quarters_of_13_weeks_and_months_of_4_5_or_6(calendar: Calendar, first: int) -> None:
    years = [Period("year", year, 1, calendar) for year in range(first, first + 40)]
    assert all(left.end == right.start for left, right in pairwise(years))
    lengths = [(year.end - year.start) // 7 for year in years]
    assert set(lengths) == {52, 53}
    assert 6 <= lengths.count(53) <= 8
    for year, weeks in zip(years, lengths, strict=True):
        quarters = within(year, "quarter")
        assert [(part.end - part.start) // 7 for part in quarters] == [13, 13, 13, weeks - 39]
        months = [(part.end - part.start) // 7 for part in within(year, "month")]
        assert months[:11] == (list(calendar.weeks or ()) * 4)[:11]
        assert sum(months) == weeks
        assert set(months) <= {4, 5, 6}
        assert len(within(year, "week")) == weeks
        assert [(part.end - part.start) // 7 for part in within(year, "half")] == [26, weeks - 26]


@given(calendars, st.integers(1990, 2060))
def test_the_parts_of_a_year_are_the_year(calendar: Calendar, number: int) -> None:
    year = Period("year", number, 1, calendar)
    for kind in ("month", "quarter", "half", *(["week"] if calendar.weeks else [])):
        parts = within(year, kind)
        assert (parts[0].start, parts[-1].end) == (year.start, year.end)
        assert all(left.end == right.start for left, right in pairwise(parts))
        assert [part.index for part in parts] == list(range(1, len(parts) + 1))
        assert {part.year for part in parts} == {number}


@given(calendars, kinds, days)
def test_a_day_lies_in_its_period_which_reads_as_it_is_written(calendar: Calendar, kind: str, day: int) -> None:
    period = containing(kind, day, calendar)
    assert period.start <= day < period.end
    assert Period.parse(str(period), calendar) == period
    assert period.next().previous() == period
    assert period.next().start == period.end


@given(calendars, st.lists(st.tuples(days, st.integers(-40, 40)), min_size=1, max_size=20), kinds)
def test_columns_have_the_periods_of_single_days(calendar: Calendar, rows: list[tuple[int, int]], kind: str) -> None:
    column, counts = (np.array(part) for part in zip(*rows, strict=True))
    singles = [(containing(kind, day, calendar), count) for day, count in rows]
    assert period_start(kind, column, calendar).tolist() == [period.start for period, _ in singles]
    assert period_end(kind, column, calendar).tolist() == [period.end for period, _ in singles]
    assert shift(kind, column, counts, calendar).tolist() == [period.next(count).start for period, count in singles]
    if kind in {"month", "quarter", "half"}:
        assert number_in_year(kind, column, calendar).tolist() == [period.index for period, _ in singles]
        assert year_number(column, calendar).tolist() == [period.year for period, _ in singles]


@given(of_months, days)
def test_a_fiscal_year_of_months_is_made_of_calendar_months_under_their_names(calendar: Calendar, day: int) -> None:
    month = containing("month", day, calendar)
    assert str(month) == date_of(day).isoformat()[:7]
    assert month.index == (date_of(day).month - calendar.first_month) % 12 + 1
    year = containing("year", day, calendar)
    named_by = date_of(year.start if calendar.named_by == "start" else year.end - 1)
    assert year.year == named_by.year
    assert date_of(year.start).replace(year=2000) == date(2000, calendar.first_month, 1)


@pytest.mark.parametrize(
    ("year", "first", "last", "weeks"),
    [
        (2006, date(2006, 1, 29), date(2007, 2, 3), 53),
        (2012, date(2012, 1, 29), date(2013, 2, 2), 53),
        (2017, date(2017, 1, 29), date(2018, 2, 3), 53),
        (2022, date(2022, 1, 30), date(2023, 1, 28), 52),
        (2023, date(2023, 1, 29), date(2024, 2, 3), 53),
        (2024, date(2024, 2, 4), date(2025, 2, 1), 52),
        (2026, date(2026, 2, 1), date(2027, 1, 30), 52),
    ],
)
def test_the_retail_calendar_has_its_published_years(year: int, first: date, last: date, weeks: int) -> None:
    found = Period("year", year, 1, NRF)
    assert (date_of(found.start), date_of(found.end - 1)) == (first, last)
    assert len(within(found, "week")) == weeks


@pytest.mark.parametrize(
    ("year", "last", "weeks"),
    [(2016, date(2016, 9, 24), 52), (2017, date(2017, 9, 30), 53), (2022, date(2022, 9, 24), 52),
     (2023, date(2023, 9, 30), 53), (2024, date(2024, 9, 28), 52)],
)  # fmt: skip
def test_a_year_that_ends_on_the_last_saturday_of_september(year: int, last: date, weeks: int) -> None:
    found = Period("year", year, 1, LAST_SATURDAY_OF_SEPTEMBER)
    assert date_of(found.end - 1) == last
    assert len(within(found, "week")) == weeks


@given(days)
def test_from_january_on_mondays_nearest_is_the_year_of_iso_8601(day: int) -> None:
    year, week, _ = date_of(day).isocalendar()
    found = containing("week", day, ISO)
    assert (found.year, found.index) == (year, week)


def test_retail_months_are_counted_in_their_year() -> None:
    fourth = Period.parse("2026-M04", NRF)
    assert (date_of(fourth.start), date_of(fourth.end - 1)) == (date(2026, 5, 3), date(2026, 5, 30))
    with pytest.raises(PeriodError, match=r"write 2026-M04 for that month of its year$"):
        Period.parse("2026-04", NRF)


def test_a_fiscal_quarter_has_the_number_of_its_year() -> None:
    by_end, by_start = Calendar(2, "end"), Calendar(2, "start")
    assert Period.parse("2027-Q1", by_end).days == "2026-02-01 to 2026-04-30"
    assert Period.parse("2026-Q1", by_start).days == "2026-02-01 to 2026-04-30"
    assert Period.parse("2026-M03", by_start) == Period.parse("2026-04", by_start)
