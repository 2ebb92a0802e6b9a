"""Days as numbers agree with Python's calendar, one by one and in columns."""

import calendar
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from meed.engine.calendar.days import (
    WEEKDAYS,
    DayError,
    add_months,
    date_of,
    day_of,
    day_of_instant,
    format_day,
    month_of,
    month_start,
    parse_day,
    weekday,
    weekday_name,
    whole_months,
)

dates = st.dates(date(1600, 1, 1), date(2600, 12, 31))
days = dates.map(day_of)
months = st.integers(-3000, 3000)


def moved(start: date, count: int) -> date:
    """The reference: the calendar's own length of the target month."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@given(st.dates())
@example(date(1, 1, 1))
@example(date(9999, 12, 31))
def test_a_day_counts_from_1970_and_back(value: date) -> None:
    assert day_of(value) == (value - date(1970, 1, 1)).days
    assert date_of(day_of(value)) == value
    assert parse_day(format_day(day_of(value))) == day_of(value)
    assert month_of(day_of(value)) == (value.year - 1970) * 12 + value.month - 1
    assert month_start(month_of(day_of(value))) == day_of(value.replace(day=1))


@given(st.dates())
def test_weekdays_are_those_of_the_calendar(value: date) -> None:
    assert weekday(day_of(value)) == value.weekday()
    assert weekday_name(day_of(value)) == WEEKDAYS[value.weekday()] == value.strftime("%A").lower()


@given(dates, months)
@example(date(2026, 1, 31), 1)
@example(date(2024, 2, 29), 12)
def test_adding_months_keeps_the_day_or_takes_the_last_one(start: date, count: int) -> None:
    assert date_of(add_months(day_of(start), count)) == moved(start, count)


@given(days, days)
@example(day_of(date(2026, 1, 31)), day_of(date(2026, 2, 28)))
def test_whole_months_is_the_largest_that_fits(start: int, end: int) -> None:
    count = whole_months(start, end)
    assert add_months(start, count) <= end < add_months(start, count + 1)


@given(days, st.lists(days, min_size=2, max_size=6))
def test_whole_months_never_fall_as_the_end_moves_on(start: int, ends: list[int]) -> None:
    counts = [whole_months(start, end) for end in sorted(ends)]
    assert counts == sorted(counts)


@given(st.lists(st.tuples(days, days, months), min_size=1, max_size=30))
def test_columns_of_days_agree_with_single_days(rows: list[tuple[int, int, int]]) -> None:
    start, end, count = (np.array(part) for part in zip(*rows, strict=True))
    assert month_of(start).tolist() == [month_of(day) for day, _, _ in rows]
    assert add_months(start, count).tolist() == [add_months(day, by) for day, _, by in rows]
    assert add_months(start, 5).tolist() == [add_months(day, 5) for day, _, _ in rows]
    assert whole_months(start, end).tolist() == [whole_months(day, to) for day, to, _ in rows]
    assert weekday(start).tolist() == [weekday(day) for day, _, _ in rows]


@given(days, st.integers(0, 400))
def test_a_dense_column_is_computed_like_a_sparse_one(first: int, span: int) -> None:
    dense = np.arange(first, first + span)
    assert month_of(dense).tolist() == [month_of(day) for day in range(first, first + span)]
    shuffled = np.repeat(dense, 2)[::-1]
    assert add_months(shuffled, 1).tolist() == [add_months(int(day), 1) for day in shuffled]


def test_every_day_of_eight_centuries_has_its_month() -> None:
    every = np.arange(day_of(date(1600, 1, 1)), day_of(date(2400, 12, 31)))
    months = every.astype("datetime64[D]").astype("datetime64[M]")
    assert np.array_equal(month_of(every), months.astype(np.int64))
    assert np.array_equal(month_start(month_of(every)), months.astype("datetime64[D]").astype(np.int64))


def test_no_days_give_no_days() -> None:
    none = np.array([], dtype=np.int64)
    assert add_months(none, 1).tolist() == whole_months(none, none).tolist() == []


@given(dates, st.integers(0, 86_399))
def test_an_instant_falls_on_its_day(value: date, seconds: int) -> None:
    assert day_of_instant(day_of(value) * 86_400 + seconds) == day_of(value)


@given(dates, st.sampled_from(["%d/%m/%Y", "%Y%m%d", "%d %B %Y", "%Y年%m月%d日", "%Y-%m-%d %H:%M"]))
def test_a_day_is_read_in_a_named_format(value: date, form: str) -> None:
    assert parse_day(f" {value.strftime(form)} ", [form]) == day_of(value)


@given(dates)
def test_full_width_digits_are_digits(value: date) -> None:
    wide = value.isoformat().translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert parse_day(wide) == day_of(value)


@given(dates)
def test_two_formats_that_disagree_are_an_error(value: date) -> None:
    assume(value.day <= 12 and value.day != value.month)
    with pytest.raises(DayError, match="leave only one format that fits"):
        parse_day(value.strftime("%d/%m/%Y"), ["%d/%m/%Y", "%m/%d/%Y"])


def test_two_formats_that_agree_or_of_which_one_fits_are_fine() -> None:
    formats = ["%d/%m/%Y", "%m/%d/%Y"]
    assert parse_day("13/04/2026", formats) == day_of(date(2026, 4, 13))
    assert parse_day("04/04/2026", formats) == day_of(date(2026, 4, 4))


@pytest.mark.parametrize("text", ["", "2026-02-30", "2026-13-01", "26-04-10", "today", "2026-04", "0000-01-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DayError) as caught:
        parse_day(text)
    assert str(caught.value) == f"`{text}` is not a day: write it like 2026-04-10, or name its format"


@pytest.mark.parametrize("day", [day_of(date.max) + 1, day_of(date.min) - 1, 10**30])
def test_days_beyond_the_calendar_have_no_date(day: int) -> None:
    with pytest.raises(DayError, match=f"^`{day}` is not a day of the years 1 to 9999"):
        date_of(day)


def test_a_month_of_tenure_ends_with_the_shorter_month() -> None:
    january = day_of(date(2026, 1, 31))
    assert whole_months(january, day_of(date(2026, 2, 27))) == 0
    assert whole_months(january, day_of(date(2026, 2, 28))) == 1
    assert whole_months(january, january - 1) == -1
    assert date_of(january - timedelta(days=1).days) == date(2026, 1, 30)
